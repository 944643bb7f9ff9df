import { test } from 'vitest'
import { expectRefusal, type Refusal } from '../refusal.ts'
import { OTHER_UID, PODS } from '../start.ts'

const NAMESPACES = '/api/v1/namespaces'

const DELETES: readonly Refusal[] = [
  { name: 'an absent pod', request: ['DELETE', `${PODS}/none`], code: 404, message: 'pods "none" not found' },
  {
    name: 'another uid',
    request: ['DELETE', `${PODS}/web`, { preconditions: { uid: OTHER_UID } }],
    code: 409,
    reason: 'Conflict',
    message:
      /^Operation cannot be fulfilled on Pod "web": the UID in the precondition \(0{8}.{28}\) does not match the UID in record \(.{36}\)/,
    details: { name: 'web', kind: 'Pod' },
  },
  {
    name: 'another uid of a namespace',
    request: ['DELETE', `${NAMESPACES}/kube-node-lease`, { preconditions: { uid: OTHER_UID } }],
    code: 409,
    message: /fulfilled on namespaces "kube-node-lease": Precondition failed: UID in precondition: 0{8}.{28}, UID in object meta: .{36}$/,
  },
  {
    name: 'another resourceVersion',
    request: ['DELETE', `${PODS}/web`, { preconditions: { resourceVersion: '1' } }],
    code: 409,
    message: /the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record/,
  },
  {
    name: 'another uid by eviction',
    request: ['POST', `${PODS}/web/eviction`, { metadata: { name: 'web' }, deleteOptions: { preconditions: { uid: OTHER_UID } } }],
    code: 409,
    reason: 'Conflict',
  },
  {
    name: 'a permanent namespace',
    request: ['DELETE', `${NAMESPACES}/default`],
    code: 403,
    reason: 'Forbidden',
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  },
  {
    name: 'a policy that is none',
    request: ['DELETE', `${PODS}/web`, { propagationPolicy: 'x' }],
    code: 422,
    message: /^DeleteOptions\.meta\.k8s\.io "" is invalid: propagationPolicy: Unsupported value: "x"/,
  },
  { name: 'a grace period that is none', request: ['DELETE', `${PODS}/web`, { gracePeriodSeconds: 'x' }], code: 400, reason: 'BadRequest' },
  {
    name: 'a grace period that is none, in the query',
    request: ['DELETE', `${PODS}/web?gracePeriodSeconds=x`],
    code: 400,
    message: 'strconv.ParseInt: parsing "x": invalid syntax',
  },
  { name: 'half a JSON', request: ['DELETE', `${PODS}/web`, '{'], code: 400, reason: 'BadRequest' },
]

test.each(DELETES)('a delete is refused as the API server does: $name → $code', expectRefusal)

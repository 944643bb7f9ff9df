import { test } from 'vitest'
import { expectRefusal, type Refusal } from '../refusal.ts'
import { DEPLOYMENTS, deployment, networkPolicy, PODS, pod } from '../start.ts'

const NAMESPACES = '/api/v1/namespaces'
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies'

const CREATES: readonly Refusal[] = [
  {
    name: 'the same name again',
    request: ['POST', PODS, pod('web')],
    code: 409,
    reason: 'AlreadyExists',
    message: 'pods "web" already exists',
  },
  {
    name: 'an absent namespace',
    request: ['POST', `${NAMESPACES}/none/pods`, pod('x', { namespace: 'none' })],
    code: 404,
    message: 'namespaces "none" not found',
    details: { name: 'none', kind: 'namespaces' },
  },
  {
    name: 'another namespace',
    request: ['POST', PODS, pod('x', { namespace: 'other' })],
    code: 400,
    reason: 'BadRequest',
    message: /does not match the namespace sent on the request$/,
  },
  {
    name: 'another kind',
    request: ['POST', PODS, networkPolicy('x')],
    code: 400,
    reason: 'BadRequest',
    message: /cannot be handled as a Pod/,
  },
  {
    name: 'no name',
    request: ['POST', PODS, { spec: pod('x').spec }],
    code: 422,
    message: 'Pod "" is invalid: metadata.name: Required value: name or generateName is required',
  },
  {
    name: 'a name that is none',
    request: ['POST', PODS, pod('A_b')],
    code: 422,
    reason: 'Invalid',
    message: /^Pod "A_b" is invalid: metadata\.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must/,
  },
  {
    name: 'a name that is too long',
    request: ['POST', PODS, pod('a'.repeat(254))],
    code: 422,
    message: /must be no more than 253 characters$/,
  },
  {
    name: 'a namespace with a dot',
    request: ['POST', NAMESPACES, { metadata: { name: 'a.b' } }],
    code: 422,
    message: 'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
  },
  {
    name: 'a label value that is none',
    request: ['POST', PODS, pod('x', { labels: { a: '!!' } })],
    code: 422,
    message: /^Pod "x" is invalid: metadata\.labels: Invalid value: "!!": a valid label must/,
  },
  {
    name: 'a label key that is none',
    request: ['POST', PODS, pod('x', { labels: { 'a b': '' } })],
    code: 422,
    message: /metadata\.labels: Invalid value: "a b": name part must/,
  },
  {
    name: 'a label that is no text',
    request: ['POST', PODS, pod('x', { labels: { a: 1 } })],
    code: 400,
    message: /cannot be handled as a Pod: json: cannot unmarshal number into Go struct field/,
  },
  {
    name: 'annotations over 256 KiB',
    request: ['POST', PODS, pod('x', { annotations: { a: 'x'.repeat(262_145) } })],
    code: 422,
    message: 'Pod "x" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
  },
  {
    name: 'an owner without a uid',
    request: ['POST', PODS, pod('x', { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web' }] })],
    code: 422,
    message: 'Pod "x" is invalid: metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  },
  {
    name: 'no containers',
    request: ['POST', PODS, { ...pod('x'), spec: {} }],
    code: 422,
    message: 'Pod "x" is invalid: spec.containers: Required value',
  },
  {
    name: 'a container without an image',
    request: ['POST', PODS, { ...pod('x'), spec: { containers: [{ name: 'c' }] } }],
    code: 422,
    message: 'Pod "x" is invalid: spec.containers[0].image: Required value',
  },
  {
    name: 'fewer replicas than none',
    request: ['POST', DEPLOYMENTS, deployment('x', -2)],
    code: 422,
    message: 'Deployment.apps "x" is invalid: spec.replicas: Invalid value: -2: must be greater than or equal to 0',
  },
  {
    name: 'a selector that misses its template',
    request: ['POST', DEPLOYMENTS, { ...deployment('x'), spec: { ...deployment('x').spec, selector: { matchLabels: { app: 'y' } } } }],
    code: 422,
    message:
      /^Deployment.apps "x" is invalid: spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template/,
  },
  {
    name: 'a policy type that is none',
    request: ['POST', POLICIES, { ...networkPolicy('x'), spec: { policyTypes: ['in'] } }],
    code: 422,
    message:
      'NetworkPolicy.networking.k8s.io "x" is invalid: spec.policyTypes[0]: Unsupported value: "in": supported values: "Ingress", "Egress"',
    details: { name: 'x', group: 'networking.k8s.io', kind: 'NetworkPolicy' },
  },
  {
    name: 'a resourceVersion of its own',
    request: ['POST', PODS, pod('x', { resourceVersion: '5' })],
    code: 500,
    message: 'resourceVersion should not be set on objects to be created',
  },
  {
    name: 'half a JSON',
    request: ['POST', PODS, '{"a":'],
    code: 400,
    reason: 'BadRequest',
    message: /^the object provided is unrecognized \(must be of type Pod\): couldn't get version\/kind; json parse error/,
  },
  { name: 'no body', request: ['POST', PODS, ''], code: 400, reason: 'BadRequest' },
  { name: 'an array', request: ['POST', PODS, '[]'], code: 400, reason: 'BadRequest' },
  { name: 'another media type', request: ['POST', PODS, pod('x'), 'text/plain'], code: 415, reason: 'UnsupportedMediaType' },
  {
    name: 'a body over 3 MiB',
    request: ['POST', PODS, 'x'.repeat(3 * 1024 * 1024 + 1)],
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: 'Request entity too large: limit is 3145728',
  },
  {
    name: 'a dry run that is none',
    request: ['POST', `${PODS}?dryRun=x`, pod('x')],
    code: 422,
    message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"',
  },
]

test.each(CREATES)('a create is refused as the API server does: $name → $code', expectRefusal)

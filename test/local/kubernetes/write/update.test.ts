import { expect, test } from 'vitest'
import { expectRefusal, type Refusal } from '../refusal.ts'
import { JSON_PATCH, MERGE, OTHER_UID, PODS, pod, STRATEGIC, startApi } from '../start.ts'

const LABEL = { metadata: { labels: { a: 'b' } } }
const MODIFIED =
  'Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again'
const PATCHES: readonly Refusal[] = [
  { name: 'an absent pod', request: ['PATCH', `${PODS}/none`, LABEL, MERGE], code: 404, message: 'pods "none" not found' },
  {
    name: 'an old resourceVersion',
    request: ['PATCH', `${PODS}/web`, { metadata: { resourceVersion: '1', ...LABEL.metadata } }, MERGE],
    code: 409,
    reason: 'Conflict',
    message: MODIFIED,
    details: { name: 'web', kind: 'pods' },
  },
  {
    name: 'an old resourceVersion and nothing else',
    request: ['PATCH', `${PODS}/web`, { metadata: { resourceVersion: '1' } }, STRATEGIC],
    code: 409,
    message: MODIFIED,
  },
  {
    name: 'an old resourceVersion before another uid',
    request: ['PATCH', `${PODS}/web`, { metadata: { resourceVersion: '1', uid: OTHER_UID } }, MERGE],
    code: 409,
    message: MODIFIED,
  },
  {
    name: 'a resourceVersion that is none',
    request: ['PATCH', `${PODS}/web`, { metadata: { resourceVersion: 'abc' } }, MERGE],
    code: 500,
    message: 'strconv.ParseUint: parsing "abc": invalid syntax',
  },
  {
    name: 'another uid',
    request: ['PATCH', `${PODS}/web`, { metadata: { uid: OTHER_UID } }, MERGE],
    code: 422,
    reason: 'Invalid',
    message: `Pod "web" is invalid: metadata.uid: Invalid value: "${OTHER_UID}": field is immutable`,
    details: { name: 'web', kind: 'Pod' },
  },
  {
    name: 'another name',
    request: ['PATCH', `${PODS}/web`, { metadata: { name: 'x' } }, MERGE],
    code: 400,
    message: 'the name of the object (x) does not match the name on the URL (web)',
  },
  {
    name: 'another namespace',
    request: ['PATCH', `${PODS}/web`, { metadata: { namespace: 'x' } }, MERGE],
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'labels that are no map',
    request: ['PATCH', `${PODS}/web`, { metadata: { labels: 'x' } }, MERGE],
    code: 422,
    message: /^ "" is invalid: patch: Invalid value: "\{.*cannot unmarshal string into Go struct field/,
  },
  {
    name: 'what may not change in a pod',
    request: ['PATCH', `${PODS}/web`, { spec: { nodeName: 'node-b' } }, MERGE],
    code: 422,
    message: /^Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than/,
  },
  {
    name: 'plain JSON',
    request: ['PATCH', `${PODS}/web`, LABEL],
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
  },
  { name: 'half a JSON', request: ['PATCH', `${PODS}/web`, '{"a":', MERGE], code: 400, message: /^error decoding patch: / },
  { name: 'a merge patch that is an array', request: ['PATCH', `${PODS}/web`, [], MERGE], code: 400, message: /^error decoding patch: / },
  {
    name: 'a JSON patch that is an object',
    request: ['PATCH', `${PODS}/web`, {}, JSON_PATCH],
    code: 400,
    message: /^error decoding patch: .*\[\]handlers\.jsonPatchOp$/,
  },
  {
    name: 'a test that fails',
    request: ['PATCH', `${PODS}/web`, [{ op: 'test', path: '/metadata/uid', value: OTHER_UID }], JSON_PATCH],
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  },
]

test.each(PATCHES)('a patch is refused as the API server does: $name → $code', expectRefusal)

test.each([
  {
    name: 'another uid',
    metadata: { uid: OTHER_UID },
    message: /Precondition failed: UID in precondition: 00000000-0000-4000-8000-000000000000, UID in object meta: /,
  },
  {
    name: 'an old resourceVersion',
    metadata: { resourceVersion: '1' },
    message: /the object has been modified; please apply your changes/,
  },
])('an update with $name is a conflict', async ({ metadata, message }) => {
  const { send } = await startApi()
  await send('POST', PODS, pod('web'))
  const { body } = await send('GET', `${PODS}/web`)
  const refused = await send('PUT', `${PODS}/web`, { ...body, metadata: { ...body.metadata, ...metadata } })
  expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict', message: expect.stringMatching(message) } })
})

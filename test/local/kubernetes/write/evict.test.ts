import { expect, test } from 'vitest'
import { expectRefusal, type Refusal } from '../refusal.ts'
import { BUDGETS, eviction, MERGE, OTHER_UID, PODS, pod, startApi } from '../start.ts'

const PATH = `${PODS}/web/eviction`
const DONE = { status: 201, body: { kind: 'Status', status: 'Success', code: 201 } }
const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget."

/** A cluster with the pod `web` and a budget that does not let it go. */
async function startBlocked(settings = {}) {
  const started = await startApi(settings)
  const created = await started.send('POST', PODS, pod('web', { labels: { app: 'web' } }))
  await started.send('POST', BUDGETS, { metadata: { name: 'keep' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } })
  return { ...started, uid: created.body.metadata.uid }
}

test('an eviction with the uid of the pod takes it away', async () => {
  const { api, send } = await startApi()
  const { uid } = (await send('POST', PODS, pod('web'))).body.metadata
  expect(await send('POST', PATH, eviction('web', { preconditions: { uid }, gracePeriodSeconds: 5 }))).toMatchObject(DONE)
  expect(await send('GET', `${PODS}/web`)).toMatchObject({ status: 404 })
  expect(api.writes().at(-1)).toMatchObject({ verb: 'create', kind: 'Pod', subresource: 'eviction', name: 'web', changed: true })
})

test.each([
  { name: 'in the query', path: `${PATH}?dryRun=All`, body: eviction('web') },
  { name: 'in the options', path: PATH, body: eviction('web', { dryRun: ['All'] }) },
])('a trial $name is answered and takes nothing away', async ({ path, body }) => {
  const { api, send } = await startApi()
  await send('POST', PODS, pod('web'))
  const before = await send('GET', `${PODS}/web`)
  expect(await send('POST', path, body)).toMatchObject(DONE)
  expect(await send('GET', `${PODS}/web`)).toEqual(before)
  expect(api.writes().at(-1)).toMatchObject({ status: 201, changed: false })
})

test.each([
  { name: 'at once', options: {} },
  { name: 'as a trial', options: { dryRun: ['All'] } },
  { name: 'of another uid, which is compared later', options: { preconditions: { uid: OTHER_UID } } },
])('an eviction that a budget does not allow is one too many: $name', async ({ options }) => {
  const { send } = await startBlocked()
  const { status, body } = await send('POST', PATH, eviction('web', options))
  expect(status).toBe(429)
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: BLOCKED,
    reason: 'TooManyRequests',
    details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget keep needs 1 healthy pods and has 1 currently' }] },
    code: 429,
  })
  expect(await send('GET', `${PODS}/web`)).toMatchObject({ status: 200 })
})

test('a delete does not ask the budget', async () => {
  const { send } = await startBlocked()
  expect(await send('DELETE', `${PODS}/web`)).toMatchObject({ status: 200 })
})

test.each(['Succeeded', 'Failed'])('the budget is not asked about a pod that has %s', async (phase) => {
  const { send } = await startBlocked()
  await send('PATCH', `${PODS}/web/status`, { status: { phase } }, MERGE)
  expect(await send('POST', PATH, eviction('web'))).toMatchObject(DONE)
})

test('the budget is not asked about a pod that has not begun', async () => {
  const { send } = await startBlocked({ nodes: [] })
  expect(await send('POST', PATH, eviction('web'))).toMatchObject(DONE)
})

test('the budget is not asked about a pod that is ending', async () => {
  const { send } = await startBlocked()
  await send('PATCH', `${PODS}/web`, { metadata: { finalizers: ['creance.dev/evidence'] } }, MERGE)
  await send('DELETE', `${PODS}/web`)
  expect(await send('POST', PATH, eviction('web'))).toMatchObject(DONE)
})

test('two budgets about one pod are more than the API server can count', async () => {
  const { send } = await startBlocked()
  await send('POST', BUDGETS, { metadata: { name: 'all' }, spec: { minAvailable: 0, selector: {} } })
  const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
  expect(await send('POST', PATH, eviction('web'))).toMatchObject({ status: 500, body: { kind: 'Status', message, code: 500 } })
})

const REFUSALS: readonly Refusal[] = [
  {
    name: 'another uid',
    request: ['POST', PATH, eviction('web', { preconditions: { uid: OTHER_UID } })],
    code: 409,
    reason: 'Conflict',
    message:
      /^Operation cannot be fulfilled on Pod "web": the UID in the precondition \(0{8}-0000-4000-8000-0{12}\) does not match the UID in record \(.{36}\)\. The object might have been deleted and then recreated$/,
    details: { name: 'web', kind: 'Pod' },
  },
  {
    name: 'another uid, as a trial',
    request: ['POST', PATH, eviction('web', { preconditions: { uid: OTHER_UID }, dryRun: ['All'] })],
    code: 409,
    reason: 'Conflict',
  },
  {
    name: 'an absent pod',
    request: ['POST', `${PODS}/none/eviction`, eviction('none')],
    code: 404,
    reason: 'NotFound',
    message: 'pods "none" not found',
  },
  {
    name: 'another name',
    request: ['POST', PATH, eviction('other')],
    code: 400,
    reason: 'BadRequest',
    message: 'name in URL does not match name in Eviction object',
  },
  { name: 'no name', request: ['POST', PATH, {}], code: 400, message: 'name in URL does not match name in Eviction object' },
  {
    name: 'another namespace',
    request: ['POST', PATH, { ...eviction('web'), metadata: { name: 'web', namespace: 'kube-system' } }],
    code: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  { name: 'another kind', request: ['POST', PATH, pod('web')], code: 400, reason: 'BadRequest' },
  { name: 'no object', request: ['POST', PATH, []], code: 400, reason: 'BadRequest' },
  { name: 'no options', request: ['POST', PATH, { ...eviction('web'), deleteOptions: 5 }], code: 400, reason: 'BadRequest' },
  {
    name: 'another word for a trial',
    request: ['POST', PATH, eviction('web', { dryRun: ['Some'] })],
    code: 422,
    reason: 'Invalid',
    message: 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  },
  { name: 'GET', request: ['GET', PATH], code: 405, reason: 'MethodNotAllowed' },
]

test.each(REFUSALS)('an eviction is refused as the API server does: $name → $code', expectRefusal)

import { describe, expect, test } from 'vitest'
import { BUDGETS, DEPLOYMENTS, deployment, eviction, MERGE, PODS, pod, startApi } from '../start.ts'

const selector = { matchLabels: { app: 'web' } }
const bare = () => pod('bare', { labels: { app: 'web' } })

/** A cluster with these objects and one budget. */
async function startBudget(spec: object, objects: readonly (readonly [path: string, object: object])[]) {
  const started = await startApi()
  for (const [path, object] of objects) await started.send('POST', path, object)
  expect(await started.send('POST', BUDGETS, { metadata: { name: 'budget' }, spec })).toMatchObject({ status: 201 })
  const status = async () => (await started.send('GET', `${BUDGETS}/budget`)).body.status
  return { ...started, status }
}

// The counts here and below (healthy, desired, expected, allowed) are those of a kube-controller-manager 1.36.
describe('of four pods of a Deployment', () => {
  test.each([
    { spec: { maxUnavailable: 0 }, counts: [4, 4, 4, 0] },
    { spec: { maxUnavailable: 1 }, counts: [4, 3, 4, 1] },
    { spec: { maxUnavailable: '30%' }, counts: [4, 2, 4, 2] },
    { spec: { maxUnavailable: '0%' }, counts: [4, 4, 4, 0] },
    { spec: { minAvailable: 4 }, counts: [4, 4, 4, 0] },
    { spec: { minAvailable: '60%' }, counts: [4, 3, 4, 1] },
    { spec: { minAvailable: '100%' }, counts: [4, 4, 4, 0] },
    { spec: { minAvailable: 9 }, counts: [4, 9, 4, 0] },
    { spec: {}, counts: [4, 0, 0, 0] },
  ])('$spec', async ({ spec, counts: [currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed] }) => {
    const { send, names, status } = await startBudget({ ...spec, selector }, [[DEPLOYMENTS, deployment('web', 4)]])
    expect(await status()).toMatchObject({ currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed })
    const allows = disruptionsAllowed !== undefined && disruptionsAllowed > 0
    expect(await status()).toMatchObject({
      conditions: [
        { type: 'DisruptionAllowed', status: allows ? 'True' : 'False', reason: allows ? 'SufficientPods' : 'InsufficientPods' },
      ],
    })
    const [name = ''] = await names(PODS)
    expect((await send('POST', `${PODS}/${name}/eviction`, eviction(name, { dryRun: ['All'] }))).status).toBe(allows ? 201 : 429)
  })
})

test.each([
  { name: 'maxUnavailable', spec: { maxUnavailable: 1 }, counts: [1, 0, 0, 0], why: 'does not allow evicting pods currently' },
  { name: 'a share', spec: { minAvailable: '50%' }, counts: [1, 0, 0, 0], why: 'does not allow evicting pods currently' },
  { name: 'a number', spec: { minAvailable: 1 }, counts: [1, 1, 1, 0], why: 'needs 1 healthy pods and has 1 currently' },
])('a pod without an owner counts for a number and nothing else: $name', async ({ spec, counts, why }) => {
  const { send, status } = await startBudget({ ...spec, selector }, [[PODS, bare()]])
  const [currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed] = counts
  expect(await status()).toMatchObject({ currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed })
  const { body } = await send('POST', `${PODS}/bare/eviction`, eviction('bare'))
  expect(body).toMatchObject({ details: { causes: [{ message: `The disruption budget budget ${why}` }] } })
})

test.each([
  { spec: { maxUnavailable: 1 }, counts: [5, 3, 4, 2] },
  { spec: { minAvailable: '50%' }, counts: [5, 2, 4, 3] },
  { spec: { minAvailable: 4 }, counts: [5, 4, 5, 1] },
])('a pod beside those of a Deployment is healthy, and not expected: $spec', async ({ spec, counts }) => {
  const { status } = await startBudget({ ...spec, selector: { matchExpressions: [{ key: 'kind', operator: 'DoesNotExist' }] } }, [
    [DEPLOYMENTS, deployment('web', 4)],
    [PODS, bare()],
  ])
  const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = await status()
  expect([currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed]).toEqual(counts)
})

test('no selector is about no pod, and an empty one about all', async () => {
  const { send } = await startBudget({ minAvailable: 5 }, [[PODS, bare()]])
  const evicted = () => send('POST', `${PODS}/bare/eviction`, eviction('bare', { dryRun: ['All'] }))
  expect((await evicted()).status).toBe(201)
  await send('PATCH', `${BUDGETS}/budget`, { spec: { selector: {} } }, MERGE)
  expect((await evicted()).status).toBe(429)
})

test('an owner that cannot be scaled leaves the budget uncounted, and blocked', async () => {
  const { send } = await startApi()
  const { spec } = deployment('web')
  const daemons = { kind: 'DaemonSet', metadata: { name: 'web' }, spec: { selector: spec.selector, template: spec.template } }
  const { uid } = (await send('POST', '/apis/apps/v1/namespaces/default/daemonsets', daemons)).body.metadata
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web', uid, controller: true }]
  expect(await send('POST', PODS, pod('web-1', { labels: { app: 'web' }, ownerReferences }))).toMatchObject({ status: 201 })
  await send('POST', BUDGETS, { metadata: { name: 'budget' }, spec: { maxUnavailable: 1, selector } })
  expect((await send('GET', `${BUDGETS}/budget`)).body.status).toMatchObject({
    disruptionsAllowed: 0,
    conditions: [{ reason: 'SyncFailed' }],
  })
  expect(await send('POST', `${PODS}/web-1/eviction`, eviction('web-1'))).toMatchObject({
    status: 429,
    body: { details: { causes: [{ message: 'The disruption budget budget is still being processed by the server.' }] } },
  })
})

test('the count follows the pods, the size that is asked for, and the budget', async () => {
  const { send, names, status } = await startBudget({ minAvailable: 2, selector }, [[DEPLOYMENTS, deployment('web', 3)]])
  const allowed = async () => (await status()).disruptionsAllowed
  expect(await allowed()).toBe(1)
  const [name = ''] = await names(PODS)
  await send('PATCH', `${PODS}/${name}/status`, { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, MERGE)
  expect(await allowed()).toBe(0)
  await send('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 6 } }, MERGE)
  expect(await allowed()).toBe(3)
  await send('PATCH', `${BUDGETS}/budget`, { spec: { minAvailable: null, maxUnavailable: '100%' } }, MERGE)
  expect(await allowed()).toBe(5)
})

test.each([
  { name: 'both', spec: { minAvailable: 1, maxUnavailable: 1 }, code: 422, message: /minAvailable and maxUnavailable cannot be both set$/ },
  { name: 'less than none', spec: { maxUnavailable: -1 }, code: 422, message: /Invalid value: -1: must be greater than or equal to 0$/ },
  { name: 'no share', spec: { maxUnavailable: 'x' }, code: 422, message: /Invalid value: "x": a valid percent string must be a numeric/ },
  {
    name: 'too large a share',
    spec: { maxUnavailable: '101%' },
    code: 422,
    message: /Invalid value: "101%": must not be greater than 100%$/,
  },
  { name: 'neither number nor share', spec: { maxUnavailable: true }, code: 400, message: /cannot unmarshal bool into Go struct field/ },
])('a budget of $name is refused', async ({ spec, code, message }) => {
  const { send } = await startApi()
  const refused = await send('POST', BUDGETS, { metadata: { name: 'budget' }, spec: { ...spec, selector } })
  expect(refused).toMatchObject({ status: code, body: { message: expect.stringMatching(message) } })
})

test('the count follows pods that come and go without an owner', async () => {
  const { send, status } = await startBudget({ minAvailable: 1, selector }, [[PODS, bare()]])
  const allowed = async () => (await status()).disruptionsAllowed
  await send('POST', PODS, pod('second', { labels: { app: 'web' } }))
  expect(await allowed()).toBe(1)
  expect((await send('POST', `${PODS}/bare/eviction`, eviction('bare'))).status).toBe(201)
  expect(await allowed()).toBe(0)
  expect((await send('POST', `${PODS}/second/eviction`, eviction('second'))).status).toBe(429)
})

import { beforeEach, expect, test } from 'vitest'
import { isolate } from '../../../lib/response/actions/isolate.ts'
import {
  aPod,
  barePod,
  context,
  LABEL,
  LABELS,
  named,
  pods,
  prepare,
  ready,
  relabel,
  setTheStage,
  undo,
  withServices,
} from './isolate-stage.ts'

beforeEach(setTheStage)

test('the controller lets go of the pod and makes another; undone, one of the two goes', async () => {
  const pod = await aPod()
  const data = await ready(pod, { detach: 'controller' })
  const { why } = await isolate.run(data, context())
  const [owner] = pod.object.metadata.ownerReferences ?? []
  expect(why).toContain(
    `taken out of ReplicaSet ${owner?.name} (labels off: app, pod-template-hash); ReplicaSet ${owner?.name} makes another`,
  )
  const isolated = await named(pod.name)
  expect(isolated.metadata.labels).toEqual({ team: 'shop', [LABEL]: pod.uid })
  expect(isolated.metadata.ownerReferences ?? []).toEqual([])
  expect(await pods()).toHaveLength(4)
  expect(await undo(data)).toEqual({
    state: 'undone',
    why: 'labels put back: app, pod-template-hash; its controller may remove one of the two',
  })
  expect(await pods()).toHaveLength(3)
})

type ServiceCase = {
  readonly name: string
  readonly selectors: readonly unknown[]
  readonly off: readonly string[]
  readonly from: readonly string[]
}
test.each<ServiceCase>([
  { name: 'its own Service', selectors: [{ app: 'web' }], off: ['app'], from: ['Service s0'] },
  { name: 'two Services', selectors: [{ app: 'web' }, { tier: 'front' }], off: ['app', 'tier'], from: ['Service s0', 'Service s1'] },
  { name: 'a Service of others', selectors: [{ app: 'other' }], off: [], from: [] },
  { name: 'one that selects by more than the pod has', selectors: [{ app: 'web', zone: 'a' }], off: [], from: [] },
  { name: 'one without a selector', selectors: [{}, undefined], off: [], from: [] },
  { name: 'one of another shape', selectors: ['app=web', [1], { app: 7 }], off: [], from: [] },
])('detached from services: $name', async ({ selectors, off, from }) => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices(selectors)))
  expect(data.detached).toEqual({
    labels: Object.fromEntries(off.map((key) => [key, pod.labels[key]])),
    from,
    isReplaced: false,
    notes: [],
  })
  await isolate.run(data, context())
  const left = Object.fromEntries(Object.entries(LABELS).filter(([key]) => !off.includes(key)))
  expect((await named(pod.name)).metadata.labels).toEqual({ ...left, [LABEL]: pod.uid })
  await undo(data)
  expect((await named(pod.name)).metadata.labels).toEqual(LABELS)
})

test('detached from services, a label that the controller needs is spared where the Service has another', async () => {
  const { detached } = await ready(await aPod(), { detach: 'services' }, context(withServices([{ app: 'web', team: 'shop' }])))
  expect(detached).toEqual({ labels: { team: 'shop' }, from: ['Service s0'], isReplaced: false, notes: [] })
})

test('detached from services that select by the same label as the controller, both let go, and it is said', async () => {
  const { detached } = await ready(await aPod(), { detach: 'services' }, context(withServices([{ app: 'web' }])))
  expect(detached).toMatchObject({ labels: { app: 'web' }, isReplaced: true })
  expect(detached.from).toEqual(['Service s0', expect.stringMatching(/^ReplicaSet web-/)])
  expect(detached.notes).toEqual([expect.stringContaining('lets go of it too'), expect.stringContaining('makes another')])
})

test("a Service that selects another isolation's label does not get it taken off", async () => {
  const key = 'creance.dev/isolated-0000000000000000'
  const pod = await barePod({ [key]: 'x' })
  const { detached } = await ready(pod, { detach: 'services' }, context(withServices([{ [key]: 'x' }])))
  expect(detached).toEqual({ labels: {}, from: [], isReplaced: false, notes: ['Service s0 cannot be made to let go of it'] })
})

test('a controller of an unknown kind is not asked, and that is said', async () => {
  const owner = { apiVersion: 'v1/../../x', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }
  const pod = await barePod(LABELS)
  const owned = { ...pod, object: { ...pod.object, metadata: { ...pod.object.metadata, ownerReferences: [owner] } } }
  const { detached } = await ready(owned, { detach: 'controller' })
  expect(detached).toEqual({ labels: {}, from: [], isReplaced: false, notes: ['how ReplicaSet r selects it could not be read'] })
})

test('of more labels than are taken off none is, the pod is isolated all the same, and it is said', async () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']))
  const prepared = await prepare(await barePod(many), { detach: 'services' }, context(withServices([many])))
  expect(prepared).toMatchObject({
    kind: 'ready',
    data: { detached: { labels: {}, notes: [expect.stringContaining('more than 50 labels')] } },
  })
})

test('what somebody else put in place of a label stays, and is told', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  await isolate.run(data, context())
  await relabel(pod, { app: 'forensics' })
  expect(await undo(data)).toEqual({ state: 'undone', why: 'labels put back: tier; labels left as somebody else set them: app' })
  expect((await named(pod.name)).metadata.labels).toEqual({ app: 'forensics', tier: 'front' })
})

test('a label that changed before the run is not taken off', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  await relabel(pod, { app: 'forensics' })
  await isolate.run(data, context())
  expect((await named(pod.name)).metadata.labels).toEqual({ app: 'forensics', [LABEL]: pod.uid })
})

test('a label that somebody puts back during the isolation is not taken off by a second run', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  await isolate.run(data, context())
  await relabel(pod, { app: 'web' })
  await isolate.run(data, context())
  expect((await named(pod.name)).metadata.labels).toEqual({ app: 'web', [LABEL]: pod.uid })
})

test('labels taken off after an undo are not put back by a second undo', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  await isolate.run(data, context())
  await undo(data)
  await relabel(pod, { app: null })
  expect(await undo(data)).toMatchObject({ state: 'undone', why: expect.stringContaining('labels left as somebody else set them: app') })
  expect((await named(pod.name)).metadata.labels).toEqual({ tier: 'front' })
})

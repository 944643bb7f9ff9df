import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { KubernetesObject } from '../../../lib/port/cluster.ts'
import type { Store } from '../../../lib/port/store.ts'
import { baseGuards, Guards, joinGuards } from '../../../lib/response/guards.ts'
import { guardLimits, type Limited } from '../../../lib/response/limits.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'
import { guardStop, setStop } from '../../../lib/response/stop.ts'

const GUARDS = joinGuards(baseGuards(), [Guards.parse({ budget: { per_cluster: '5/h', per_namespace: '3/h' }, cooldown: '10m' })])
let store: Store
let nowMs: number
beforeEach(() => {
  nowMs = 1_795_495_800_000
  store = sqliteStore(openDatabase(':memory:'), { clock: () => nowMs })
})

const request = (
  id: string,
  { namespace = 'shop', incident = id, by = { kind: 'response', name: 'R' } as ActionRequest['by'] } = {},
): ActionRequest => ({
  id,
  incident,
  action: 'delete',
  parameters: {},
  target: { cluster: 'c', namespace, pod: id, seenNs: '1' },
  by,
  expiresMs: nowMs + 1000,
})
const BARE: Omit<Limited, 'podUid'> = { workload: undefined, takesAway: 'pod', replicas: undefined }
const ask = (asked: ActionRequest, podUid = `uid-${asked.target.pod}`) =>
  guardLimits(asked, { ...BARE, podUid }, GUARDS, { store, nowMs, spend: true })

test('of fifty responders that race, no more act than the budget allows', async () => {
  const verdicts = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(request(`a${index}`))))
  expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3)
  expect(verdicts.filter((verdict) => verdict?.guard === 'budget')).toHaveLength(47)
}, 30_000)

test('each namespace has its own budget, and all together the cluster’s', async () => {
  const asked = ['a', 'a', 'a', 'a', 'b', 'b', 'b'].map((namespace, index) => request(`${namespace}${index}`, { namespace }))
  const verdicts = []
  for (const one of asked) verdicts.push((await ask(one))?.why)
  expect(verdicts).toEqual([
    undefined,
    undefined,
    undefined,
    expect.stringContaining('namespace a'),
    undefined,
    undefined,
    expect.stringContaining('cluster c'),
  ])
})

test('what the cluster refuses does not count against the namespace', async () => {
  for (const index of [1, 2, 3]) await ask(request(`a${index}`, { namespace: 'a' }))
  for (const index of [1, 2]) await ask(request(`b${index}`, { namespace: 'b' }))
  expect((await ask(request('c1', { namespace: 'c' })))?.guard).toBe('budget')
  expect((await store.get('budget#c#c#3600', 'spent'))?.data).toEqual({ actions: [] })
})

test('an action that was let through is let through again, and counts once', async () => {
  for (let time = 0; time < 5; time++) expect(await ask(request('same'))).toBeUndefined()
  expect(await ask(request('second'))).toBeUndefined()
})

test('a budget is a sliding window', async () => {
  for (const index of [1, 2, 3]) await ask(request(`a${index}`))
  nowMs += 3_599_000
  expect((await ask(request('a4')))?.guard).toBe('budget')
  nowMs += 2000
  expect(await ask(request('a5'))).toBeUndefined()
})

test('within the cool-down another incident’s response leaves the pod alone; the same incident’s may go on', async () => {
  expect(await ask(request('label', { incident: 'one' }), 'uid')).toBeUndefined()
  expect(await ask(request('delete', { incident: 'one' }), 'uid')).toBeUndefined()
  expect((await ask(request('other', { incident: 'two' }), 'uid'))?.guard).toBe('cooldown')
  nowMs += 601_000
  expect(await ask(request('other', { incident: 'two' }), 'uid')).toBeUndefined()
})

test('a person who presses is held by neither', async () => {
  for (const index of [1, 2, 3]) await ask(request(`a${index}`))
  expect(await ask(request('pressed', { by: { kind: 'user', id: 'U1', name: 'alice' } }), 'uid-a1')).toBeUndefined()
})

test('every one of several budgets holds, whatever its time', async () => {
  const two = joinGuards(baseGuards(), [
    Guards.parse({ budget: { per_namespace: '4/h' }, cooldown: '1m' }),
    Guards.parse({ budget: { per_namespace: '2/10m' }, cooldown: '5m' }),
  ])
  expect(two.cooldown).toBe(300)
  const ask = (id: string) => guardLimits(request(id), { ...BARE, podUid: `uid-${id}` }, two, { store, nowMs, spend: true })
  const verdicts = []
  for (const id of ['a', 'b', 'c']) verdicts.push((await ask(id))?.guard)
  nowMs += 601_000
  for (const id of ['d', 'e', 'f']) verdicts.push((await ask(id))?.guard)
  nowMs += 601_000
  verdicts.push((await ask('g'))?.guard)
  expect(verdicts).toEqual([undefined, undefined, 'budget', undefined, undefined, 'budget', 'budget'])
})

test('without a file the defaults of one hold', () => {
  expect(joinGuards(baseGuards(), [])).toEqual(joinGuards(baseGuards(), [Guards.parse({})]))
  expect(joinGuards(baseGuards(), [])).toMatchObject({ cooldown: 600, budget: { per_cluster: [{ limit: 20, windowSeconds: 3600 }] } })
})

test('what takes nothing away neither holds a pod nor is held off it; what a budget refuses holds none', async () => {
  const guards = joinGuards(baseGuards(), [Guards.parse({ budget: { per_namespace: '2/h' }, cooldown: '10m' })])
  const on = (id: string, incident: string, takesAway: Limited['takesAway']) =>
    guardLimits(request(id, { incident }), { ...BARE, podUid: 'uid', takesAway }, guards, { store, nowMs, spend: true })
  expect(await on('label', 'petty', 'nothing')).toBeUndefined()
  expect(await on('isolate', 'grave', 'pod')).toBeUndefined()
  expect((await on('delete', 'other', 'pod'))?.guard).toBe('budget')
  nowMs += 3_601_000
  expect(await on('delete again', 'third', 'pod')).toBeUndefined() // the second held nothing
})

test.each(['20', '20/', '/h', '-1/h', '20/y', 'x/h', '1.5/h'])('the rate %s is refused', (per_cluster) => {
  expect(Guards.safeParse({ budget: { per_cluster } }).success).toBe(false)
})

test('the kill switch refuses until it is taken back, and says who set it and why', async () => {
  expect(await guardStop(store)).toBeUndefined()
  await setStop(store, { by: 'alice', atMs: nowMs, why: 'drill' })
  expect(await guardStop(store)).toMatchObject({ state: 'refused', guard: 'stopped', why: expect.stringMatching(/alice.*drill/) })
  await setStop(store, undefined)
  expect(await guardStop(store)).toBeUndefined()
})

const WEB: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'w' } }
const askOf = (id: string, limited: Partial<Limited>, guards: Guards, spend = true) =>
  guardLimits(request(id), { ...BARE, workload: WEB, podUid: `uid-${id}`, ...limited }, guards, { store, nowMs, spend })

test('a workload has its own budget', async () => {
  const guards = joinGuards(baseGuards(), [Guards.parse({ budget: { per_workload: '2/h' } })])
  const verdicts = []
  for (const id of ['a', 'b', 'c']) verdicts.push(await askOf(id, {}, guards))
  expect(verdicts.map((verdict) => verdict?.guard)).toEqual([undefined, undefined, 'budget'])
  expect(verdicts[2]?.why).toContain('Deployment shop/web')
  const other = { ...WEB, metadata: { ...WEB.metadata, name: 'api', uid: 'other' } }
  expect(await askOf('d', { workload: other }, guards)).toBeUndefined()
})

const FLOOR = joinGuards(baseGuards(), [
  Guards.parse({ replica_floor: '50%', budget: { per_cluster: '999/h', per_namespace: '999/h', per_workload: '999/h' }, cooldown: '1s' }),
])
const replicas = { of: 'w', desired: 50, ready: Array.from({ length: 50 }, (_, index) => `uid-p${index}`) }

test('of fifty responders that race for the fifty pods of a workload, half leave theirs alone when half must be left', async () => {
  const verdicts = await Promise.all(Array.from({ length: 50 }, (_, index) => askOf(`p${index}`, { takesAway: 'pod', replicas }, FLOOR)))
  expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(25)
  expect(verdicts.filter((verdict) => verdict?.guard === 'replica_floor')).toHaveLength(25)
}, 30_000)

test('several actions on one pod take one pod away', async () => {
  const three = { of: 'w', desired: 2, ready: ['uid-x', 'uid-y'] }
  for (const id of ['isolate', 'delete']) {
    const limited = { ...BARE, workload: WEB, podUid: 'uid-x', takesAway: 'pod' as const, replicas: three }
    expect(await guardLimits(request(id, { incident: 'one' }), limited, FLOOR, { store, nowMs, spend: true })).toBeUndefined()
  }
  expect((await askOf('y', { podUid: 'uid-y', takesAway: 'pod', replicas: three }, FLOOR))?.guard).toBe('replica_floor')
})

test('what takes nothing away is not held by the floor; what takes the whole workload away never keeps it', async () => {
  const none = { of: 'w', desired: 2, ready: [] }
  expect(await askOf('label', { takesAway: 'nothing', replicas: none }, FLOOR)).toBeUndefined()
  expect((await askOf('scale', { takesAway: 'workload', replicas }, FLOOR))?.guard).toBe('replica_floor')
})

test('to ask without spending says the same and takes nothing', async () => {
  for (const id of ['a', 'b', 'c', 'd']) expect(await askOf(id, {}, GUARDS, false)).toBeUndefined()
  for (const id of ['a', 'b', 'c']) expect(await askOf(id, {}, GUARDS)).toBeUndefined()
  expect((await askOf('d', {}, GUARDS, false))?.guard).toBe('budget')
  expect(await askOf('a', {}, GUARDS, false)).toBeUndefined() // was let through before
})

test.each(['budget#c#shop#3600', 'budget#c#3600', 'budget#c#shop#w#3600', 'floor#c#w', 'cooldown#c#uid-a'])(
  'a guard whose state cannot be read refuses: %s',
  async (pk) => {
    await store.put({ pk, sk: pk.startsWith('cooldown') ? 'held' : 'spent', data: 'broken' }, 'absent')
    const verdict = await askOf('a', { takesAway: 'pod', replicas }, joinGuards(FLOOR, []))
    expect(verdict).toMatchObject({ state: 'refused', why: expect.stringContaining('cannot be read') })
  },
)

test('a kill switch that cannot be read refuses, and can be set and taken back', async () => {
  await store.put({ pk: 'control', sk: 'stop', data: 1 }, 'absent')
  expect(await guardStop(store)).toMatchObject({ state: 'refused', guard: 'stopped', why: expect.stringContaining('cannot be read') })
  await setStop(store, { by: 'alice', atMs: nowMs, why: '' })
  expect((await guardStop(store))?.why).toContain('alice')
  await setStop(store, undefined)
  expect(await guardStop(store)).toBeUndefined()
})

import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { Store } from '../../../lib/port/store.ts'
import { BASE_GUARDS, Guards, joinGuards } from '../../../lib/response/guards.ts'
import { guardLimits, guardStop, setStop } from '../../../lib/response/limits.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'

const GUARDS = joinGuards([BASE_GUARDS, Guards.parse({ budget: { per_cluster: '5/h', per_namespace: '3/h' }, cooldown: '10m' })])
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
const ask = (asked: ActionRequest, podUid = `uid-${asked.target.pod}`) => guardLimits(asked, podUid, GUARDS, { store, nowMs })

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
  expect((await store.get('budget#c#c', 'spent'))?.data).toEqual({ actions: [] })
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

test('the strictest of several budgets holds', () => {
  const joined = joinGuards([GUARDS, Guards.parse({ budget: { per_cluster: '1/10m', per_namespace: '100/d' }, cooldown: '1m' })])
  expect(joined.budget).toEqual({ per_cluster: { limit: 5, windowSeconds: 3600 }, per_namespace: { limit: 3, windowSeconds: 3600 } })
  expect(joined.cooldown).toBe(600)
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

import { expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { earlierIncidents } from '../../../lib/context/earlier.ts'
import { Incident, incidentKey } from '../../../lib/incident/incident.ts'
import { type Store, update } from '../../../lib/port/store.ts'
import { incidentOf } from './incident.ts'

const NOW = 1_795_500_000_000
const DAY_MS = 86_400_000

const incident = (id: string, openedMs: number, pod = 'web-1') => incidentOf(id, openedMs, { pod: { namespace: 'shop', name: pod } })

/** A store, and `tell`, which writes an incident and asks what came before it. `calls` counts what that asks of the store. */
function history() {
  const clock = { nowMs: NOW }
  const store = sqliteStore(openDatabase(':memory:'), { clock: () => clock.nowMs })
  const calls: string[] = []
  const counted: Store = {
    ...store,
    get: (...args) => {
      calls.push('get')
      return store.get(...args)
    },
    put: (...args) => {
      calls.push('put')
      return store.put(...args)
    },
  }
  const tell = async (one: Incident) => {
    await update(store, incidentKey(one.id), Incident, () => one)
    calls.length = 0
    return earlierIncidents(one, counted, clock.nowMs)
  }
  return { tell, calls, clock, store }
}

test('the first incident of a workload has none before it', async () => {
  const { tell, calls } = history()
  expect(await tell(incident('a', NOW))).toEqual({ count: 0 })
  expect(calls).toEqual(['get', 'put'])
})

test('earlier ones count whatever their cause, and the last is told; three operations are enough', async () => {
  const { tell, calls } = history()
  await tell(incident('a', NOW - 2000))
  await tell({ ...incident('b', NOW - 1000), status: 'contained' })
  expect(await tell(incident('c', NOW))).toEqual({
    count: 2,
    last: { id: 'b', title: 'Terminal shell in container', status: 'contained', openedMs: NOW - 1000 },
  })
  expect(calls).toEqual(['get', 'put', 'get'])
})

test('told again, an incident counts once, and later ones are not before it', async () => {
  const { tell, calls } = history()
  await tell(incident('a', NOW - 1000))
  await tell(incident('b', NOW))
  expect(await tell(incident('a', NOW - 1000))).toEqual({ count: 0 })
  expect(calls).toEqual(['get'])
  expect(await tell(incident('b', NOW))).toMatchObject({ count: 1 })
})

test('of another workload none count', async () => {
  const { tell } = history()
  await tell(incident('a', NOW - 1000, 'other-1'))
  expect(await tell(incident('b', NOW))).toEqual({ count: 0 })
})

test('told at the same time, each is counted', async () => {
  const { tell } = history()
  await Promise.all(Array.from({ length: 8 }, (_, at) => tell(incident(`i${at}`, NOW - 100 + at))))
  expect(await tell(incident('last', NOW))).toMatchObject({ count: 8, last: { id: 'i7' } })
})

test('more than are kept are counted, and one that was left out does not count again', async () => {
  const { tell } = history()
  for (let at = 0; at < 60; at++) await tell(incident(`i${String(at).padStart(2, '0')}`, NOW - 1000 + at))
  await tell(incident('i00', NOW - 1000))
  expect(await tell(incident('last', NOW))).toMatchObject({ count: 60, last: { id: 'i59' } })
})

test('after 90 days without any, a workload has a clean slate', async () => {
  const { tell, clock } = history()
  await tell(incident('a', NOW))
  clock.nowMs += 91 * DAY_MS
  expect(await tell(incident('b', clock.nowMs))).toEqual({ count: 0 })
})

test('an earlier one that is no longer there is counted, and not told of', async () => {
  const { tell, store } = history()
  await tell(incident('a', NOW - 1000))
  await store.remove(incidentKey('a').pk, incidentKey('a').sk)
  expect(await tell(incident('b', NOW))).toEqual({ count: 1 })
})

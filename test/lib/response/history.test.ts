import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { Store } from '../../../lib/port/store.ts'
import { historyOf, historyWords, noteObserved } from '../../../lib/response/history.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-24T12:00:00Z')
let store: Store
beforeEach(() => {
  store = sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
})
const note = (id: string, changes: { would?: boolean; workload?: string; atMs?: number; response?: string } = {}) =>
  noteObserved(store, { response: 'R', id: id.padEnd(12, '.'), would: true, workload: 'Deployment shop/web', atMs: NOW, ...changes })

test('each pod counts once, however often it is said', async () => {
  for (const id of ['a', 'b', 'a', 'a']) await note(id)
  expect(await historyOf(store, 'R', { nowMs: NOW })).toEqual({ would: 2, refused: 0, workloads: 1, days: 7 })
})

test('what guards would have refused is told apart, and its workloads are not counted', async () => {
  await note('a')
  await note('b', { would: false, workload: 'Deployment kube-system/dns' })
  expect(await historyOf(store, 'R', { nowMs: NOW })).toMatchObject({ would: 1, refused: 1, workloads: 1 })
})

test('seven days count, the eighth does not, and another response’s never', async () => {
  await note('a', { atMs: NOW - 6 * DAY_MS, workload: 'Deployment shop/old' })
  await note('b', { atMs: NOW - 7 * DAY_MS })
  await note('c', { response: 'another' })
  expect(await historyOf(store, 'R', { nowMs: NOW })).toMatchObject({ would: 1, workloads: 1 })
})

test.each([
  [{ would: 12, refused: 0, workloads: 3, days: 7 }, 'would have acted on 12 pods of 3 workloads in 7 days'],
  [{ would: 1, refused: 2, workloads: 1, days: 7 }, 'would have acted on 1 pod of 1 workload in 7 days; guards would have refused 2 more'],
])('%j reads: %s', (history, words) => {
  expect(historyWords(history)).toBe(words)
})

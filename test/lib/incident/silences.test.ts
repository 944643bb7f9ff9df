import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { AskedSilence } from '../../../lib/incident/silence.ts'
import { endSilence, keepSilence, silencesIn } from '../../../lib/incident/silences.ts'
import type { Store } from '../../../lib/port/store.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const UNTIL = '2026-03-02T12:00:00Z'
let store: Store
beforeEach(() => {
  store = sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
})

const keep = (name: string, more: Partial<AskedSilence> = {}) =>
  keepSilence(store, { name, match: 'alert.rule = x', until: UNTIL, byId: 'U0ALICE', ...more })
const many = async (count: number, of: (number: number) => Partial<AskedSilence>) => {
  const kept: string[] = []
  for (let number = 0; number < count; number++) kept.push(await keep(`${JSON.stringify(of(number))} ${number}`, of(number)))
  return [...new Set(kept)]
}

test('one person can have twenty that were typed, and others have theirs', async () => {
  expect(await many(20, () => ({}))).toEqual(['kept'])
  expect(await keep('one more')).toBe('full_for_one')
  expect(await keep('of another', { byId: 'U0BOB' })).toBe('kept')
  expect(await keep('of an incident', { incident: 'i' })).toBe('kept')
})

test('one that is kept again takes no other place', async () => {
  await many(19, () => ({}))
  expect([await keep('last'), await keep('last'), await keep('more')]).toEqual(['kept', 'kept', 'full_for_one'])
})

test('one person can have sixty in all', async () => {
  expect(await many(60, (number) => ({ incident: `i${number}` }))).toEqual(['kept'])
  expect(await keep('more', { incident: 'i' })).toBe('full_for_one')
})

test('of those that are typed there are no more than leave room for the menus of incidents', async () => {
  expect(await many(100, (number) => ({ byId: `U${number % 10}` }))).toEqual(['kept'])
  expect(await keep('typed', { byId: 'U0NEW' })).toBe('full')
  expect(await many(100, (number) => ({ byId: `U${number % 10}`, incident: `i${number}` }))).toEqual(['kept'])
  expect(await keep('of an incident', { byId: 'U0NEW', incident: 'i' })).toBe('full')
  expect(await silencesIn(store)).toHaveLength(200)
})

test('one in the table that takes long to match, or cannot be read, silences nothing, and can be ended', async () => {
  await keep('slow', { match: 'proc.cmdline regex "(.{0,999}){20}x"' })
  expect(await silencesIn(store)).toEqual([])
  expect(await endSilence(store, 'slow', { id: 'U0BOB', name: 'bob' })).toBeDefined()
  expect(await endSilence(store, 'slow')).toBeUndefined()
})

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { envelopeLine, packLines, unpackBatch } from '../../../lib/batch/batch.ts'
import { wholeBatch } from '../../../lib/batch/parts.ts'
import type { OutgoingMessage } from '../../../lib/port/queue.ts'
import type { Store } from '../../../lib/port/store.ts'

const NOW = 1_795_500_000_000
const alert = { agent: 'falco' as const, cluster: 'prod', receivedMs: NOW, alert: randomBytes(150_000).toString('base64') }
const messages = packLines([Buffer.from(envelopeLine(alert))], { fillBytes: 65_536, maxBytes: 65_536 })
const asReceived = ({ body, attributes = {} }: OutgoingMessage) => ({ body, attributes })

let store: Store
beforeEach(() => {
  store = sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
})

test('an alert that no message can hold comes in parts, each within the size', () => {
  expect(messages.length).toBeGreaterThan(2)
  expect(Math.max(...messages.map(({ body }) => body.length))).toBeLessThanOrEqual(65_536 - 150)
  expect(messages.map(({ attributes }) => attributes?.['creance.part'])).toEqual(
    messages.map((_, at) => expect.stringMatching(new RegExp(`^${at + 1}/${messages.length}/[0-9a-f]{16}$`))),
  )
})

test('in any order, and again and again, the parts give the whole once all are there, and before that nothing', async () => {
  const order = fc.shuffledSubarray([...messages.keys()], { minLength: messages.length })
  await fc.assert(
    fc.asyncProperty(order, fc.array(fc.nat(messages.length - 1), { maxLength: 5 }), async (first, again) => {
      store = sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
      const seen = new Set<number>()
      for (const index of [...again.slice(0, 2), ...first, ...again]) {
        seen.add(index)
        const whole = await wholeBatch(asReceived(messages[index] ?? { body: '' }), store, NOW)
        if (seen.size < messages.length) expect(whole).toBeUndefined()
        else expect(whole && unpackBatch(whole).envelopes).toEqual([alert])
      }
    }),
    { numRuns: 30 },
  )
})

test('parts that come at the same time give the whole at least once', async () => {
  const wholes = await Promise.all(messages.map((message) => wholeBatch(asReceived(message), store, NOW)))
  expect(wholes.filter((whole) => whole !== undefined).length).toBeGreaterThan(0)
})

test('a message that is no part is the whole', async () => {
  const message = { body: 'x', attributes: { 'creance.schema': 'batch/1' } }
  expect(await wholeBatch(message, store, NOW)).toBe(message)
})

test.each([['0/2'], ['3/2'], ['1/100'], ['1'], ['a/b'], ['1/2; drop'], ['-1/2']].map(([place]) => [`${place}/9f86d081884c7d65`]))(
  'the part "%s" is refused',
  async (place) => {
    const attributes = { 'creance.schema': 'batch/1', 'creance.batch': 'a'.repeat(64), 'creance.part': place }
    await expect(wholeBatch({ body: 'x', attributes }, store, NOW)).rejects.toMatchObject({ code: 'invalid_input' })
  },
)

test('a part without a batch is refused', async () => {
  await expect(wholeBatch({ body: 'x', attributes: { 'creance.part': '1/2/9f86d081884c7d65' } }, store, NOW)).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

test('parts of two packings of the same batch are not mixed', async () => {
  const line = Buffer.from(envelopeLine(alert))
  const other = packLines([line], { fillBytes: 65_536, maxBytes: 66_000 })
  expect(other).toHaveLength(messages.length)
  expect(other[0]?.attributes?.['creance.batch']).toBe(messages[0]?.attributes?.['creance.batch'])
  const stale = { ...messages[0], attributes: { ...messages[0]?.attributes, 'creance.part': `1/${messages.length}/0123456789abcdef` } }
  expect(await wholeBatch({ body: 'of another version', attributes: stale.attributes }, store, NOW)).toBeUndefined()
  for (const message of other.slice(0, -1)) expect(await wholeBatch(asReceived(message), store, NOW)).toBeUndefined()
  const whole = await wholeBatch(asReceived(other.at(-1) ?? { body: '' }), store, NOW)
  expect(whole && unpackBatch(whole).envelopes).toEqual([alert])
})

test('parts that are not what was packed are refused', async () => {
  for (const message of messages.slice(0, -1)) await wholeBatch(asReceived(message), store, NOW)
  const last = asReceived(messages.at(-1) ?? { body: '' })
  await expect(wholeBatch({ ...last, body: `${last.body.slice(4)}AAAA` }, store, NOW)).rejects.toMatchObject({ code: 'invalid_input' })
})

import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { envelopeLine, packBatch, packLines, unpackBatch } from '../../../lib/batch/batch.ts'
import type { OutgoingMessage } from '../../../lib/port/queue.ts'
import { recorded } from '../../support/recorded.ts'

const envelope = (alert: string, receivedMs = 1) => ({ agent: 'falco' as const, cluster: 'prod', node: 'n', receivedMs, alert })
const asReceived = ({ body, attributes = {} }: { body: string; attributes?: Readonly<Record<string, string>> }) => ({ body, attributes })

test('what is packed is unpacked byte for byte', () => {
  const envelopes = [...recorded('host_unicode_names'), ...recorded('k8s_debug_metadata')].map((alert) => envelope(alert))
  expect(unpackBatch(asReceived(packBatch(envelopes)))).toMatchObject({ envelopes, refused: [] })
})

test('any text survives, control characters and lone surrogates in JSON escapes too', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 20 }), (texts) => {
      const envelopes = texts.map((alert) => envelope(alert))
      expect(unpackBatch(asReceived(packBatch(envelopes))).envelopes).toEqual(envelopes)
    }),
  )
})

test('the body has only characters that SQS takes', () => {
  expect(packBatch([envelope('\u0000\u0001\ufffe')]).body).toMatch(/^[A-Za-z0-9+/=]+$/)
})

test('the same alerts packed again are the same batch, and others are another', () => {
  const id = (alerts: readonly string[]) => packBatch(alerts.map((alert) => envelope(alert))).attributes?.['creance.batch']
  expect(id(['a', 'b'])).toBe(id(['a', 'b']))
  expect(id(['a', 'b'])).not.toBe(id(['a']))
  const message = packBatch([envelope('a')])
  expect(unpackBatch(asReceived(message)).id).toBe(message.attributes?.['creance.batch'])
})

test.each([
  ['without the schema attribute', { body: 'x', attributes: {} }, /creance.schema: expected batch\/1, got nothing/],
  ['of a later schema', { body: 'x', attributes: { 'creance.schema': 'batch/2' } }, /got batch\/2; is the forwarder newer/],
  [
    'whose body is no base64 of zstd',
    { body: 'hello', attributes: { 'creance.schema': 'batch/1' } },
    /body: expected base64 of a zstd frame/,
  ],
])('a message %s is refused as invalid input', (_name, message, reason) => {
  expect(() => unpackBatch(message)).toThrow(expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(reason) }))
})

const noise = (bytes: number, seed: number) =>
  Array.from({ length: bytes / 4 }, (_, at) => ((seed * 7919 + at * at * 104_729) % 1_679_616).toString(36).padStart(4, '0')).join('')
const linesOf = (envelopes: readonly ReturnType<typeof envelope>[]) => envelopes.map((one) => Buffer.from(envelopeLine(one)))
const sizeOf = ({ body, attributes = {} }: OutgoingMessage) =>
  Buffer.byteLength(body) +
  Object.entries(attributes).reduce((bytes, [name, value]) => bytes + name.length + 'String'.length + value.length, 0)

test('what does not fill one message is divided, none is over its size, and all of it is there, in order', () => {
  const envelopes = Array.from({ length: 20 }, (_, index) => envelope(noise(3000, index)))
  const messages = packLines(linesOf(envelopes), { fillBytes: 20_000, maxBytes: 100_000 })
  expect(messages.length).toBeGreaterThan(1)
  expect(Math.max(...messages.map(sizeOf))).toBeLessThanOrEqual(20_000)
  expect(messages.flatMap((message) => unpackBatch(asReceived(message)).envelopes)).toEqual(envelopes)
})

test('one alert that is over what messages are filled to has a message of its own, up to what the queue takes', () => {
  const envelopes = [envelope('{}'), envelope(noise(60_000, 1)), envelope('{}')]
  const messages = packLines(linesOf(envelopes), { fillBytes: 20_000, maxBytes: 100_000 })
  expect(messages.map(sizeOf).filter((size) => size > 20_000)).toHaveLength(1)
  expect(messages.every(({ attributes }) => attributes?.['creance.part'] === undefined)).toBe(true)
  expect(messages.flatMap((message) => unpackBatch(asReceived(message)).envelopes)).toEqual(envelopes)
})

test('the same lines packed again are the same messages', () => {
  const lines = linesOf(Array.from({ length: 20 }, (_, index) => envelope(noise(3000, index))))
  const size = { fillBytes: 20_000, maxBytes: 100_000 }
  expect(packLines(lines, size)).toEqual(packLines(lines, size))
})

test('a bomb is refused before it fills the memory', () => {
  const body = zstdCompressSync(Buffer.alloc(100 * 1024 * 1024, 97)).toString('base64')
  expect(() => unpackBatch({ body, attributes: { 'creance.schema': 'batch/1' } })).toThrow(
    expect.objectContaining({ code: 'invalid_input' }),
  )
})

test('a line that is no envelope is set apart with its reason, and the others are used', () => {
  const lines = ['{', JSON.stringify({ agent: 'unknown', cluster: 'c', receivedMs: 1, alert: '{}' }), JSON.stringify(envelope('{}'))]
  const body = zstdCompressSync(Buffer.from(lines.join('\n'))).toString('base64')
  const batch = unpackBatch({ body, attributes: { 'creance.schema': 'batch/1' } })
  expect(batch.envelopes).toEqual([envelope('{}')])
  expect(batch.refused.map(({ reason }) => reason)).toEqual(['envelope: not JSON', expect.stringContaining('agent')])
})

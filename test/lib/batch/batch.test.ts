import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBatch, packBatches, unpackBatch } from '../../../lib/batch/batch.ts'
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

test('what does not fit in one message is divided, and all of it is there, in order', () => {
  const random = (index: number) => Array.from({ length: 3000 }, (_, at) => ((index * 7919 + at * 104_729) % 65_521).toString(36)).join('')
  const envelopes = Array.from({ length: 20 }, (_, index) => envelope(random(index)))
  const messages = packBatches(envelopes, 20_000)
  expect(messages.length).toBeGreaterThan(1)
  expect(Math.max(...messages.map(({ body }) => body.length))).toBeLessThanOrEqual(20_000)
  expect(messages.flatMap((message) => unpackBatch(asReceived(message)).envelopes)).toEqual(envelopes)
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

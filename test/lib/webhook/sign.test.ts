import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { signatureHeaders } from '../../../lib/webhook/sign.ts'

const ID = 'msg_1'
const BASE64 = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('the library of Standard Webhooks', () => {
  test('takes what is signed, whatever the body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`
        const headers = signatureHeaders({ id: ID, atMs: Date.now(), body }, secret)
        expect(() => new Webhook(secret).verify(body, { ...headers }, { jsonParse: false })).not.toThrow()
      }),
    )
  })

  test('takes it with a secret that is used as it is', () => {
    const headers = signatureHeaders({ id: ID, atMs: Date.now(), body: '{}' }, 'a secret of some length')
    expect(new Webhook('a secret of some length', { format: 'raw' }).verify('{}', { ...headers })).toEqual({})
  })

  test.each([
    ['another body', { body: '{"a":1}' }, {}],
    ['another id', {}, { 'webhook-id': 'msg_2' }],
    ['an old time', { atMs: Date.now() - 6 * 60_000 }, {}],
  ])('refuses %s', (_name, given, changed) => {
    const headers = { ...signatureHeaders({ id: ID, atMs: Date.now(), body: '{}', ...given }, BASE64), ...changed }
    expect(() => new Webhook(BASE64).verify('{}', headers)).toThrow()
  })
})

test('the signature is the same for the same message at the same second', () => {
  const sign = (atMs: number) => signatureHeaders({ id: ID, atMs, body: '{}' }, BASE64)['webhook-signature']
  expect(sign(1_000_000)).toBe(sign(1_000_999))
  expect(sign(1_000_000)).not.toBe(sign(1_001_000))
})

test.each([
  ['too short', 'short'],
  ['too short under its base64', 'whsec_c2hvcnQ='],
  ['no base64', 'whsec_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%'],
])('a secret that is %s signs nothing, and is not shown', (_name, secret) => {
  const sign = () => signatureHeaders({ id: ID, atMs: 0, body: '{}' }, secret)
  expect(sign).toThrow(expect.objectContaining({ code: 'invalid_config' }))
  expect(sign).not.toThrow(secret)
})

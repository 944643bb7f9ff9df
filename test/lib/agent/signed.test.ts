import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ANSWER } from '../../../lib/agent/answer.ts'
import { privateKeyFrom, publicKeyFrom } from '../../../lib/agent/keys.ts'
import { ORDER } from '../../../lib/agent/order.ts'
import { claimedCluster, type Dialect, open, seal } from '../../../lib/agent/signed.ts'

type Note = { kind: 'order/1'; cluster: string; text: string }
const NOTE: Dialect<Note> = {
  kind: 'order/1',
  schema: z.object({ kind: z.literal('order/1'), cluster: z.string(), text: z.string() }),
}
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const note: Note = { kind: 'order/1', cluster: 'demo', text: 'ünïcode \u0000 "and" more' }
const sealed = seal(note, privateKey)
const changed = (change: object) => JSON.stringify({ ...JSON.parse(sealed), ...change })

test('what was sealed opens with its key, again and again, and says which cluster it is about', () => {
  expect(open(sealed, NOTE, publicKey)).toEqual(note)
  expect(open(sealed, NOTE, publicKey)).toEqual(note)
  expect(claimedCluster(sealed)).toBe('demo')
})

const body = JSON.parse(sealed).body
test.each([
  ['a changed body', changed({ body: body.replace('demo', 'domo') }), 'unauthorized'],
  ['a body with one space more', changed({ body: `${body} ` }), 'unauthorized'],
  ['another cluster outside than inside', changed({ cluster: 'other' }), 'unauthorized'],
  [
    'the signature of something else',
    changed({ signature: JSON.parse(seal({ ...note, cluster: 'x' }, privateKey)).signature }),
    'unauthorized',
  ],
  ['no signature', changed({ signature: '' }), 'invalid_input'],
  ['a signature that is too long', changed({ signature: `${'A'.repeat(87)}=AAAA` }), 'invalid_input'],
  ['one key more', changed({ extra: 1 }), 'invalid_input'],
  ['no JSON', 'hello', 'invalid_input'],
  ['a number', '7', 'invalid_input'],
  ['more than 200 KB', changed({ body: 'x'.repeat(201 * 1024) }), 'invalid_input'],
])('%s is refused', (_name, text, code) => {
  expect(() => open(text, NOTE, publicKey)).toThrow(expect.objectContaining({ code }))
})

test('another key does not open it', () => {
  expect(() => open(sealed, NOTE, other.publicKey)).toThrow(expect.objectContaining({ code: 'unauthorized' }))
})

test('an order is never taken for an answer, nor an answer for an order', () => {
  expect(() => open(sealed, ANSWER, publicKey)).toThrow(expect.objectContaining({ code: 'unauthorized' }))
  const answer = seal({ kind: 'outcome/1', cluster: 'demo' }, privateKey)
  expect(() => open(answer, ORDER, publicKey)).toThrow(expect.objectContaining({ code: 'unauthorized' }))
})

test('a signed body of another shape is no order', () => {
  expect(() => open(sealed, ORDER, publicKey)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

test('what is too large is not sealed', () => {
  expect(() => seal({ ...note, text: 'x'.repeat(201 * 1024) } as Note, privateKey)).toThrow(/over 204800 bytes/)
})

const der = (key: typeof publicKey | typeof privateKey, type: 'spki' | 'pkcs8') => key.export({ format: 'der', type }).toString('base64')
const pem = (key: typeof publicKey | typeof privateKey, type: 'spki' | 'pkcs8') => key.export({ format: 'pem', type }).toString()

test('keys are read as PEM and as one line of base64', () => {
  for (const text of [pem(publicKey, 'spki'), der(publicKey, 'spki'), `${der(publicKey, 'spki')}\n`])
    expect(publicKeyFrom(text, 'K').equals(publicKey)).toBe(true)
  for (const text of [pem(privateKey, 'pkcs8'), der(privateKey, 'pkcs8')]) expect(privateKeyFrom(text, 'K').equals(privateKey)).toBe(true)
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
test.each([
  ['a private key in place of a public one', () => publicKeyFrom(pem(privateKey, 'pkcs8'), 'K')],
  ['a private key in place of a public one, in base64', () => publicKeyFrom(der(privateKey, 'pkcs8'), 'K')],
  ['a public key in place of a private one', () => privateKeyFrom(pem(publicKey, 'spki'), 'K')],
  ['a key of RSA', () => publicKeyFrom(pem(rsa.publicKey, 'spki'), 'K')],
  ['no key', () => privateKeyFrom('secret words', 'K')],
])('%s is refused, without words of it', (_name, read) => {
  expect(read).toThrow(/^K: expected a (public|private) Ed25519 key, as PEM or as one line of base64 \(DER\)$/)
})

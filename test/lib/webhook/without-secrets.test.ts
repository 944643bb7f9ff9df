import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exchange } from '../../../lib/webhook/exchange.ts'
import { withoutSecrets } from '../../../lib/webhook/without-secrets.ts'

const TOKEN = 'ATATT3xFfGF0-secret-token'
const URL_WITH_KEY = 'https://chat.example.com/hooks/T0/B0K9xQ2mLw7?key=Zz81QpVn4'
const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64')

test.each([
  { name: 'as it is', said: `no, not with ${TOKEN} at all`, secrets: [TOKEN], shown: 'no, not with … at all' },
  { name: 'in upper case', said: TOKEN.toUpperCase(), secrets: [TOKEN], shown: '…' },
  { name: 'its beginning alone', said: `the key ${TOKEN.slice(0, 9)}*** is wrong`, secrets: [TOKEN], shown: 'the key …*** is wrong' },
  { name: 'encoded for a URL', said: 'key a%2Fb%3Dcdef is wrong', secrets: ['a/b=cdef'], shown: 'key … is wrong' },
  { name: 'the path of a secret URL', said: 'no POST:/hooks/T0/B0K9xQ2mLw7 here', secrets: [URL_WITH_KEY], shown: 'no POST:… here' },
  { name: 'the query of a secret URL', said: 'key=Zz81QpVn4 is over', secrets: [URL_WITH_KEY], shown: '… is over' },
  { name: 'the password of Basic credentials', said: 'bob/hunter22', secrets: [`Basic ${basic('bob', 'hunter22')}`], shown: 'bob/…' },
  { name: 'a short one', said: 'pin 4711.', secrets: ['4711'], shown: 'pin ….' },
  { name: 'none', said: 'all is told', secrets: [], shown: 'all is told' },
  { name: 'one of no length', said: 'all is told', secrets: ['', 'x'], shown: 'all is told' },
])('what is shown has no secret in it: $name', ({ said, secrets, shown }) => {
  expect(withoutSecrets(said, secrets)).toBe(shown)
})

const secret = fc.string({ unit: fc.constantFrom(...'abcdefXYZ0123456789-_/+=%'), minLength: 6, maxLength: 60 })

test('no six characters of a secret are ever shown, in any case, and the rest of the text is', () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.string(), fc.string(), fc.nat(), (secrets, before, after, at) => {
      const one = secrets[0] ?? ''
      const from = at % (one.length - 5)
      const shown = withoutSecrets(`${before}${one.slice(from)}${after}`, secrets).toLowerCase()
      for (const each of secrets)
        for (let start = 0; start + 6 <= each.length; start++) expect(shown).not.toContain(each.slice(start, start + 6).toLowerCase())
    }),
  )
})

test('nor the base64 of it with anything before it, but for its edges', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.uuid(), (user, key) => {
      const shown = withoutSecrets(`Authorization=Basic ${basic(user, key)}`, [key])
      expect(shown.length).toBeLessThan('Authorization=Basic '.length + (Buffer.byteLength(user) * 4) / 3 + 10)
    }),
  )
})

test.each([
  {
    name: 'Jira’s credentials',
    header: 'authorization',
    value: `Basic ${basic('bot@example.com', TOKEN)}`,
    echoed: basic('bot@example.com', TOKEN),
  },
  { name: 'a key', header: 'authorization', value: 'GenieKey 0a1b2c3d-4e5f', echoed: '0a1b2c3d-4e5f' },
  { name: 'a token in a header of its own', header: 'x-api-key', value: 'abcdef123456', echoed: 'abcdef123456' },
])('a refusal that repeats what was sent to be authorized does not show it: $name', async ({ header, value, echoed }) => {
  const send = async () => ({ status: 403, headers: {}, body: JSON.stringify({ message: `not with ${echoed} ok` }) })
  const request = { method: 'POST', url: 'https://x.example', headers: { [header]: value }, body: '{}' } as const
  await expect(exchange(request, [], { send, clock: () => 0 })).rejects.toThrow('webhook: answered 403: not with … ok')
})

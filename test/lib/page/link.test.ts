import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { incidentLinkFrom, openedUntil, PageKeys, pageLinks, plainLinks, type Scope, signLink } from '../../../lib/page/link.ts'

const KEY = 'b2f1Nq0x7yKz3mWc9dLr5tGh8sVj4pAe'
const OTHER = 'Zq8Xw2Lk6Pv0Ds4Fg1Hj9Tn3Rb7Mc5Ya'
const NOW = Date.parse('2026-11-30T21:15:00Z')
const keys = PageKeys.parse(KEY)
const scope = fc.oneof(
  fc.constant<Scope>({ kind: 'list' }),
  fc.stringMatching(/^[0-9a-f]{32}$/).map((id): Scope => ({ kind: 'incident', id })),
)
const expiry = fc.integer({ min: NOW / 1000 + 1, max: 9_999_999_999 })
const opens = (token: string, of: Scope, nowMs = NOW) => openedUntil(token, of, { keys, nowMs }) !== undefined

describe('a link', () => {
  test('opens what it was made for until it runs out, and not from that second on', () => {
    fc.assert(
      fc.property(scope, expiry, (of, expires) => {
        const token = signLink(of, expires, keys)
        expect(openedUntil(token, of, { keys, nowMs: expires * 1000 - 1 })).toBe(expires)
        expect(opens(token, of, expires * 1000)).toBe(false)
      }),
    )
  })

  test('with any character changed, left out or added opens nothing', () => {
    fc.assert(
      fc.property(
        scope,
        expiry,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        fc.constantFrom(0, 1),
        (of, expires, where, character, left) => {
          const token = signLink(of, expires, keys)
          const at = where % (token.length + 1)
          const changed = token.slice(0, at) + character + token.slice(at + left)
          fc.pre(changed !== token)
          expect(opens(changed, of)).toBe(false)
          expect(opens(token.slice(0, at) + token.slice(at + 1), of)).toBe(token.slice(at + 1) === '' && at === token.length)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('is one spelling only: the bits that base64 leaves over cannot be set', () => {
    const token = signLink({ kind: 'list' }, 1_800_000_000, keys)
    const last = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    expect(last.filter((one) => opens(`${token.slice(0, -1)}${one}`, { kind: 'list' }))).toHaveLength(1)
  })

  test('opens nothing else: another incident, or the list', () => {
    fc.assert(
      fc.property(scope, scope, expiry, (of, another, expires) => {
        fc.pre(JSON.stringify(of) !== JSON.stringify(another))
        expect(opens(signLink(of, expires, keys), another)).toBe(false)
      }),
    )
  })

  test.each([
    '',
    'v1',
    'v1...',
    `v1.${keys[0]?.id}.9999999999.`,
    `v2.${signLink({ kind: 'list' }, 1_800_000_000, keys).slice(3)}`,
    '\u0000',
    'é'.repeat(60),
  ])('that is no link opens nothing: %j', (token) => expect(opens(token, { kind: 'list' })).toBe(false))
})

describe('keys', () => {
  test('both are accepted, the first signs', () => {
    const both = PageKeys.parse(`${OTHER}, ${KEY}`)
    const old = signLink({ kind: 'list' }, 1_800_000_000, keys)
    const fresh = signLink({ kind: 'list' }, 1_800_000_000, both)
    expect(openedUntil(old, { kind: 'list' }, { keys: both, nowMs: NOW })).toBe(1_800_000_000)
    expect(openedUntil(fresh, { kind: 'list' }, { keys: both, nowMs: NOW })).toBe(1_800_000_000)
    expect(opens(fresh, { kind: 'list' })).toBe(false)
  })

  test.each([
    ['too short', 'b2f1Nq0x7yKz3mWc9dLr5tGh8sVj4pA'],
    ['all alike', 'a'.repeat(64)],
    ['empty', ''],
    ['a second one that is empty', `${KEY},`],
    ['three', `${KEY},${OTHER},${KEY}`],
  ])('that are weak are refused, and not repeated: %s', (_name, key) => {
    expect(PageKeys.safeParse(key).success).toBe(false)
    expect(() => pageLinks({ baseUrl: 'https://x.example', key, clock: () => NOW })).toThrow(
      expect.objectContaining({ code: 'invalid_config' }),
    )
    if (key !== '') expect(() => pageLinks({ baseUrl: 'https://x.example', key, clock: () => NOW })).not.toThrow(key)
  })
})

test('from the settings of a function: none where there is no page', () => {
  const settings = { PAGE_URL: 'https://x.example', PAGE_KEY: KEY }
  expect(incidentLinkFrom(settings, () => NOW)('a')).toBe(
    pageLinks({ baseUrl: 'https://x.example', key: KEY, clock: () => NOW }).incident('a'),
  )
  expect(incidentLinkFrom({ PAGE_URL: 'https://x.example' }, () => NOW)('a')).toBeUndefined()
  expect(incidentLinkFrom({ PAGE_KEY: KEY }, () => NOW)('a')).toBeUndefined()
})

describe('the links of a message', () => {
  const linksAt = (time: string) => pageLinks({ baseUrl: 'https://x.example/base/', key: KEY, clock: () => Date.parse(time) })

  test('stay the same all day, and run out at the end of a day, a week on', () => {
    const [morning, evening, next] = ['2026-11-30T00:00:00Z', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'].map((time) =>
      linksAt(time).incident('ab12'),
    )
    expect(morning).toBe(evening)
    expect(next).not.toBe(morning)
    const token = new URL(morning ?? '').searchParams.get('link') ?? ''
    const until = openedUntil(token, { kind: 'incident', id: 'ab12' }, { keys, nowMs: NOW })
    expect(new Date((until ?? 0) * 1000).toISOString()).toBe('2026-12-08T00:00:00.000Z')
  })

  test('lead to where the page is, and need no escaping anywhere', () => {
    const { incident, list } = linksAt('2026-11-30T12:00:00Z')
    expect(incident('ab12')).toMatch(/^https:\/\/x\.example\/base\/incidents\/ab12\?link=v1\.[\w-]{6}\.\d{10}\.[\w-]{43}$/)
    expect(list()).toMatch(/^https:\/\/x\.example\/base\/incidents\?link=v1\./)
    expect(plainLinks('http://127.0.0.1:2802').incident('ab12')).toBe('http://127.0.0.1:2802/incidents/ab12')
  })
})

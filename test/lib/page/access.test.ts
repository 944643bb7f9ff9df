import { describe, expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { incidentKey } from '../../../lib/incident/incident.ts'
import { signLink } from '../../../lib/page/link.ts'
import type { Store } from '../../../lib/port/store.ts'
import { ask, incidentOf, KEYS, keep, memoryStore, NOW } from './page-answer.ts'

const signed = { kind: 'signed', keys: KEYS } as const
const future = NOW / 1000 + 500
const tokenOf = (id: string, expires = future) => signLink({ kind: 'incident', id }, expires, KEYS)

describe('a page that needs a link', () => {
  test.each([
    ['without one', '/incidents/a'],
    ['with an empty one', '/incidents/a?link='],
    ['with another incident’s', `/incidents/a?link=${tokenOf('b')}`],
    ['with one that has run out', `/incidents/a?link=${tokenOf('a', NOW / 1000)}`],
    ['with two', `/incidents/a?link=${tokenOf('a')}&link=${tokenOf('a')}`],
    ['of an incident that there is not', '/incidents/zzz'],
    ['of no such page', '/elsewhere'],
    ['of a path with a way up', `/incidents/..%2fa?link=${tokenOf('a')}`],
    ['with a long question', `/incidents/a?link=${tokenOf('a')}&x=${'y'.repeat(3000)}`],
  ])('%s is the same refusal, says how to get a link, and reads nothing', async (_name, address) => {
    const reads: string[] = []
    const memory = memoryStore()
    await keep(memory, incidentOf({ id: 'a' }))
    const noted =
      <Args extends readonly [string, ...unknown[]], Answer>(call: (...args: Args) => Answer) =>
      (...args: Args): Answer => {
        reads.push(args[0])
        return call(...args)
      }
    const store: Store = { ...memory, get: noted(memory.get), query: noted(memory.query) }
    const [refused, missing] = [await ask(store, address, signed), await ask(store, '/incidents/none', signed)]
    expect(refused.status).toBe(403)
    expect(refused.body).toBe(missing.body)
    expect(refused.body).toContain('To get a new one')
    expect([reads, refused.log]).toEqual([[], []])
  })

  test('with its link is shown, without a way to the others', async () => {
    const store = memoryStore()
    await keep(store, incidentOf({ id: 'a' }))
    const { status, body } = await ask(store, `/incidents/a?link=${tokenOf('a')}`, signed)
    expect(status).toBe(200)
    expect(body).not.toContain('All incidents')
    expect(body).not.toMatch(/href="[^#"h]/)
  })

  test('of an incident that is no longer kept is 404, to who has its link', async () => {
    expect((await ask(memoryStore(), `/incidents/a?link=${tokenOf('a')}`, signed)).status).toBe(404)
  })
})

test('every page, also one that refuses, is sent with headers that allow nothing but its own style', async () => {
  const store = memoryStore()
  for (const { headers, body } of [
    await ask(store, '/incidents'),
    await ask(store, '/incidents', signed),
    await ask(store, '/incidents/none'),
  ]) {
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-robots-tag': 'noindex, nofollow, noarchive, nosnippet',
    })
    expect(body).not.toMatch(/<script|<form|<img|<iframe| style=| on\w+=|@import|url\(/i)
  }
})

test.each([
  ['unavailable', 503],
  ['throttled', 503],
  ['invalid_input', 500],
] as const)('a store that fails with %s is a page, %d, and a line in the log without the address', async (code, status) => {
  const fails = () => Promise.reject(new CodedError(code, 'the table is away'))
  const answer = await ask({ ...memoryStore(), get: fails, query: fails }, `/incidents/abcd?link=${tokenOf('abcd')}`, signed)
  expect(answer.status).toBe(status)
  expect(answer.log).toEqual([{ message: 'page failed', page: 'incident', code, why: 'the table is away' }])
  expect(answer.body).not.toContain('the table is away')
})

test('an incident of another shape is said to be one', async () => {
  const store = memoryStore()
  await store.put({ ...incidentKey('a'), data: {} }, 'absent')
  expect((await ask(store, '/incidents/a')).status).toBe(500)
})

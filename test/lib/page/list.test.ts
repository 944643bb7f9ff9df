import { beforeEach, describe, expect, test } from 'vitest'
import { incidentKey } from '../../../lib/incident/incident.ts'
import { signLink } from '../../../lib/page/link.ts'
import { LOOKED_AT, SHOWN } from '../../../lib/page/read-list.ts'
import type { Store } from '../../../lib/port/store.ts'
import { ask, incidentOf, KEYS, keep, memoryStore, NOW, nsAt } from './page-answer.ts'

const signed = { kind: 'signed', keys: KEYS } as const
const titles = (body: string) => [...body.matchAll(/<bdi>(Incident [^<]+)<\/bdi>/g)].map(([, title]) => title)
const hrefs = (body: string) => [...body.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => (href ?? '').replaceAll('&amp;', '&'))
const older = (body: string) => /<a href="([^"]*)">Older/.exec(body)?.[1]?.replaceAll('&amp;', '&')

let store: Store
beforeEach(() => {
  store = memoryStore()
})

describe('the list', () => {
  test('shows what began last first, by day', async () => {
    await keep(store, incidentOf({ id: 'c', firstNs: nsAt('2026-11-30T10:00:00Z') }))
    await keep(store, incidentOf({ id: 'b', firstNs: nsAt('2026-11-30T12:00:00Z') }))
    await keep(store, incidentOf({ id: 'a', firstNs: nsAt('2023-01-02T10:00:00Z') }))
    const { status, body } = await ask(store, '/incidents')
    expect(status).toBe(200)
    expect(titles(body)).toEqual(['Incident b', 'Incident c', 'Incident a'])
    expect(body.match(/<h2><time datetime="([^"]+)"/g)).toHaveLength(2)
    expect(body).toContain('11 hours ago')
  })

  test('reads no more for an address that begins in a far future', async () => {
    await keep(store, incidentOf({ id: 'a', firstNs: nsAt('2023-01-02T10:00:00Z') }))
    let queries = 0
    const counted: Store = { ...store, query: (...args) => store.query(...args).finally(() => queries++) }
    expect(titles((await ask(counted, '/incidents?before=9999-12-31.1.a')).body)).toEqual(['Incident a'])
    expect(queries).toBeLessThan(10)
  })

  test('says that there is none', async () => {
    expect((await ask(store, '/incidents')).body).toContain('No incident, or none that is asked for.')
  })

  test.each([
    ['status=closed', ['Incident d']],
    ['status=open', ['Incident c', 'Incident a']],
    ['severity=high', ['Incident d', 'Incident c']],
    ['severity=high&status=open', ['Incident c']],
    ['severity=unknown', ['Incident d', 'Incident c', 'Incident b', 'Incident a']],
  ])('with %s shows only those', async (query, shown) => {
    await keep(store, incidentOf({ id: 'a', severity: 2, firstNs: nsAt('2026-11-30T10:00:00Z') }))
    await keep(store, incidentOf({ id: 'b', severity: 3, status: 'contained', firstNs: nsAt('2026-11-30T11:00:00Z') }))
    await keep(store, incidentOf({ id: 'c', severity: 4, firstNs: nsAt('2026-11-30T12:00:00Z') }))
    await keep(store, incidentOf({ id: 'd', severity: 5, status: 'closed', firstNs: nsAt('2026-11-30T13:00:00Z') }))
    expect(titles((await ask(store, `/incidents?${query}`)).body)).toEqual(shown)
  })

  test.each([
    ['status=resolved', 'status: expected one of open, acknowledged, contained, closed'],
    ['severity=9', 'severity: expected one of unknown'],
    ['status=open&status=closed', 'status: expected once'],
    ['before=2026-13-41.1.a', 'before: expected what the link “Older” says'],
    ['before=x', 'before: expected'],
    [`status=${encodeURIComponent('<script>')}`, 'status: expected one of'],
    [`x=${'y'.repeat(3000)}`, 'expected at most 2000 characters'],
  ])('with %s says what is wrong with that, and does not repeat it', async (query, words) => {
    const { status, body } = await ask(store, `/incidents?${query}`)
    expect(status).toBe(400)
    expect(body).toContain(words)
    expect(body).not.toContain('script>')
  })

  test('of more than a page goes on with Older, each once, whatever is asked for', async () => {
    const count = LOOKED_AT + SHOWN + 7
    for (let at = 0; at < count; at++) {
      const status = at % 30 === 0 ? 'contained' : 'open'
      await keep(
        store,
        incidentOf({ id: `i${String(at).padStart(3, '0')}`, status, firstNs: `${NOW - Math.floor(at / 3) * 7_200_000}000000` }),
      )
    }
    for (const query of ['', '?status=contained']) {
      const seen: (string | undefined)[] = []
      let address: string | undefined = query
      let pages = 0
      for (; address !== undefined && pages < 50; pages++) {
        const { body } = await ask(store, `/incidents${address}`)
        expect(titles(body).length).toBeLessThanOrEqual(SHOWN)
        seen.push(...titles(body))
        address = older(body)
      }
      const expected = query === '' ? count : Math.ceil(count / 30)
      expect(new Set(seen).size).toBe(expected)
      expect(seen).toHaveLength(expected)
      expect(pages).toBe(query === '' ? Math.ceil(count / SHOWN) : 2)
    }
  })

  test('reads no more than so many incidents for a page', async () => {
    let reads = 0
    for (let at = 0; at < LOOKED_AT + 20; at++) await keep(store, incidentOf({ id: `i${at}` }))
    const get: Store['get'] = (pk, sk) => {
      reads += pk.startsWith('incident#') ? 1 : 0
      return store.get(pk, sk)
    }
    const counting: Store = { ...store, get }
    const { body } = await ask(counting, '/incidents?status=closed')
    expect(reads).toBeLessThanOrEqual(LOOKED_AT + 10)
    expect(body).toContain('There are older ones')
  })

  test('shows an incident once, on the day it began, when an earlier detection came later', async () => {
    const incident = incidentOf({ id: 'a', firstNs: nsAt('2026-11-30T00:10:00Z') })
    await keep(store, incident)
    const moved = { ...incident, firstNs: nsAt('2026-11-29T23:50:00Z') }
    await store.put({ ...incidentKey('a'), data: moved }, 1)
    await keep(store, moved)
    const { body } = await ask(store, '/incidents')
    expect(titles(body)).toEqual(['Incident a'])
    expect(body).toContain('<h2><time datetime="2026-11-29">')
  })

  test('is there although one of its incidents cannot be read, and says so', async () => {
    await keep(store, incidentOf({ id: 'a' }))
    await keep(store, incidentOf({ id: 'b' }))
    await store.put({ ...incidentKey('b'), data: { shape: 'another' } }, 1)
    const { status, body } = await ask(store, '/incidents')
    expect([status, titles(body)]).toEqual([200, ['Incident a']])
    expect(body).toContain('1 incident cannot be read by this version.')
  })

  test('opened with a link leads on with links: its own for the list, one for each incident, all of one end', async () => {
    await keep(store, incidentOf({ id: 'a' }))
    const expires = NOW / 1000 + 500
    const token = signLink({ kind: 'list' }, expires, KEYS)
    const { body } = await ask(store, `/incidents?link=${token}`, signed)
    const own = signLink({ kind: 'incident', id: 'a' }, expires, KEYS)
    expect(hrefs(body).filter((href) => href?.startsWith('incidents/'))).toEqual([`incidents/a?link=${own}`])
    expect(hrefs(body).filter((href) => href?.startsWith('?'))).not.toEqual([])
    for (const href of hrefs(body).filter((one) => one?.startsWith('?'))) expect(new URLSearchParams(href).get('link')).toBe(token)
    expect((await ask(store, `/incidents/a?link=${own}`, signed)).status).toBe(200)
    expect((await ask(store, `/incidents?link=${own}`, signed)).status).toBe(403)
    expect((await ask(store, `/incidents/a?link=${token}`, signed)).status).toBe(403)
  })
})

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { incidentPages } from '../../local/incident-pages.ts'
import { incidentOf, keep, memoryStore, NOW } from '../lib/page/page-answer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
let folder: ReturnType<typeof temporaryFolder>
const open = (baseUrl: string, publicUrl?: string, isForPlay = true) => {
  const store = memoryStore()
  return { store, ...incidentPages({ baseUrl, publicUrl, data: folder.path, isForPlay }, { store, log: quiet, clock: () => NOW }) }
}
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

describe('on loopback', () => {
  test.each([
    ['127.0.0.1:2802', {}, 200],
    ['localhost:2802', {}, 200],
    ['[::1]:2802', {}, 200],
    ['LOCALHOST:2802', {}, 200],
    ['evil.example:2802', {}, 403],
    ['127.0.0.1.evil.example:2802', {}, 403],
    ['localhost:2803', {}, 403],
    ['localhost', {}, 403],
    ['', {}, 403],
    ['localhost:2802', { 'x-forwarded-for': '203.0.113.7' }, 403],
    ['localhost:2802', { forwarded: 'for=203.0.113.7' }, 403],
    ['localhost:2802', { via: '1.1 tunnel' }, 403],
  ])('a request to host %j with %j is answered %d', async (host, headers, status) => {
    const { app } = open('http://127.0.0.1:2802')
    const answer = await app.request('http://127.0.0.1:2802/incidents', { headers: { host, ...headers } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('links are plain, and open the incident', async () => {
    const { app, links, store } = open('http://127.0.0.1:2802')
    await keep(store, incidentOf({ id: 'a' }))
    expect(links.incident('a')).toBe('http://127.0.0.1:2802/incidents/a')
    expect((await app.request(links.incident('a'), { headers: { host: '127.0.0.1:2802' } })).status).toBe(200)
  })

  test.each([
    ['http://127.0.0.1:2802', undefined, false],
    ['http://127.0.0.1:2802', 'https://creance.example', true],
  ])('at %s, public at %s, for play: %s: a signed link is needed, whatever host is claimed', async (baseUrl, publicUrl, isForPlay) => {
    const { app, links, store } = open(baseUrl, publicUrl, isForPlay)
    await keep(store, incidentOf({ id: 'a' }))
    const headers = { host: '127.0.0.1:2802' }
    expect((await app.request(`${baseUrl}/incidents/a`, { headers })).status).toBe(403)
    expect((await app.request(links.incident('a'), { headers })).status).toBe(200)
  })

  test('under a public address links are signed, and open what comes through a tunnel', async () => {
    const { app, links, store } = open('http://127.0.0.1:2802', 'https://creance.example')
    await keep(store, incidentOf({ id: 'a' }))
    const link = links.incident('a')
    expect(link).toMatch(/^https:\/\/creance\.example\/incidents\/a\?link=v1\./)
    expect((await app.request(link, { headers: { host: 'creance.example', 'x-forwarded-for': '203.0.113.7' } })).status).toBe(200)
  })
})

test.each(['http://0.0.0.0:2802', 'http://10.0.0.7:2802', 'http://[::]:2802'])(
  'on %s a signed link is needed, whatever host is claimed',
  async (baseUrl) => {
    const { app, links, store } = open(baseUrl)
    await keep(store, incidentOf({ id: 'a' }))
    expect((await app.request(`${baseUrl}/incidents/a`, { headers: { host: '127.0.0.1:2802' } })).status).toBe(403)
    expect((await app.request(links.incident('a'), { headers: { host: 'anything' } })).status).toBe(200)
  },
)

test('the key is kept for the next start, and is nobody else’s to read', () => {
  const link = open('http://0.0.0.0:2802').links.incident('a')
  expect(open('http://0.0.0.0:2802').links.incident('a')).toBe(link)
  const file = join(folder.path, 'page-key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toHaveLength(43)
})

test('a key that is none is said, with its file and without it', () => {
  writeFileSync(join(folder.path, 'page-key'), 'short')
  expect(() => open('http://0.0.0.0:2802')).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(/page-key holds no key for links/) }),
  )
})

test('only GET is answered', async () => {
  const { app } = open('http://127.0.0.1:2802')
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await app.request('http://127.0.0.1:2802/incidents', { method, headers: { host: '127.0.0.1:2802' } })).status).toBe(404)
})

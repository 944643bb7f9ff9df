import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../local/slack/web-api/call.ts'
import { CHANNEL, clientOf, TOKEN, testSlack } from './stand-in.ts'

const FORM = 'application/x-www-form-urlencoded'

async function raw(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers: { Authorization: `Bearer ${TOKEN}`, ...headers } })
  return { status: response.status, answer: JSON.parse(await response.text()) }
}

describe('a disturbed call', () => {
  test('gets the status, headers and body that the test wants, and has no effect', async () => {
    const slow: Fault = { status: 429, headers: { 'Retry-After': '7' } }
    const slack = await testSlack({ onCall: (method) => (method === 'chat.postMessage' ? slow : undefined) })
    const client = clientOf(slack)
    await expect(client.chat.postMessage({ channel: CHANNEL, text: 'x' })).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 7,
    })
    expect(slack.messages()).toEqual([])
    expect(await client.auth.test()).toMatchObject({ ok: true })
  })

  test('that is lost takes effect, but the connection breaks', async () => {
    let fault: Fault | undefined = 'lose'
    const slack = await testSlack({ onCall: () => fault })
    const client = clientOf(slack)
    await expect(client.chat.postMessage({ channel: CHANNEL, text: 'arrived' })).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    })
    expect(slack.messages()).toMatchObject([{ text: 'arrived' }])
    fault = undefined
    expect((await client.conversations.history({ channel: CHANNEL })).messages).toHaveLength(1)
  })

  test('that hangs is never answered, has no effect, and does not keep the stand-in from stopping', async () => {
    const slack = await testSlack({ onCall: () => 'hang' })
    const call = fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'Content-Type': FORM, Authorization: `Bearer ${TOKEN}` },
      body: `channel=${CHANNEL}&text=x`,
      signal: AbortSignal.timeout(200),
    })
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(slack.messages()).toEqual([])
  })

  test('is seen with its arguments', async () => {
    const seen: unknown[] = []
    const slack = await testSlack({ onCall: (method, args) => void seen.push([method, args]) })
    await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [{ type: 'divider' }] })
    expect(seen).toEqual([['chat.postMessage', { channel: CHANNEL, text: 'x', blocks: '[{"type":"divider"}]' }]])
  })
})

describe('a body', () => {
  test('may be JSON', async () => {
    const slack = await testSlack()
    const body = JSON.stringify({ channel: CHANNEL, text: 'x', blocks: [{ type: 'divider' }] })
    expect(await raw(`${slack.apiUrl}chat.postMessage`, body, { 'Content-Type': 'application/json; charset=utf-8' })).toMatchObject({
      answer: { ok: true },
    })
  })

  test('may bear the token as an argument', async () => {
    const slack = await testSlack()
    expect(await raw(`${slack.apiUrl}auth.test`, `token=${TOKEN}`, { 'Content-Type': FORM, Authorization: '' })).toMatchObject({
      answer: { ok: true },
    })
  })

  test.each([
    { name: 'broken JSON', type: 'application/json', body: '{"channel":', error: 'invalid_json' },
    { name: 'a JSON list', type: 'application/json', body: '[1]', error: 'json_not_object' },
    { name: 'null', type: 'application/json', body: 'null', error: 'json_not_object' },
    { name: 'plain text', type: 'text/plain', body: 'channel=C', error: 'invalid_post_type' },
    { name: 'an object for a word', type: 'application/json', body: '{"channel":{"$ne":1},"text":"x"}', error: 'invalid_arguments' },
    { name: 'a number for a text', type: 'application/json', body: `{"channel":"${CHANNEL}","text":1}`, error: 'invalid_arguments' },
    {
      name: 'keys of the prototype',
      type: 'application/json',
      body: '{"__proto__":{"channel":"CALERTS","text":"x"}}',
      error: 'channel_not_found',
    },
    { name: 'keys of the prototype in a form', type: FORM, body: '__proto__=x&constructor=y', error: 'channel_not_found' },
    { name: 'half a surrogate', type: FORM, body: 'channel=%ED%A0%80&text=x', error: 'channel_not_found' },
    { name: 'a name as long as a book', type: FORM, body: `channel=${'x'.repeat(100_000)}`, error: 'invalid_arguments' },
  ])('of $name → $error', async ({ type, body, error }) => {
    const slack = await testSlack()
    const post = await raw(`${slack.apiUrl}chat.postMessage`, new TextEncoder().encode(body), { 'Content-Type': type })
    expect(post).toMatchObject({ status: 200, answer: { ok: false, error } })
    expect(Object.prototype).not.toHaveProperty('channel')
  })

  test.each(['__proto__', 'constructor', 'toString', '%00', 'x'.repeat(5000)])('for the method %s → unknown_method', async (method) => {
    const slack = await testSlack()
    expect(await raw(`${slack.apiUrl}${method}`, '', { 'Content-Type': FORM })).toMatchObject({
      status: 200,
      answer: { error: 'unknown_method' },
    })
  })

  test('of more than 1 MiB → 413, announced or not', async () => {
    const slack = await testSlack()
    const headers = { 'Content-Type': FORM }
    const big = `text=${'x'.repeat(1024 * 1024)}`
    expect(await raw(`${slack.apiUrl}chat.postMessage`, big, headers)).toMatchObject({
      status: 413,
      answer: { error: 'request_too_large' },
    })
    const status = await new Promise((resolve, reject) => {
      const chunked = request(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { ...headers, 'Transfer-Encoding': 'chunked' },
      })
      chunked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject)
      chunked.end(big)
    })
    expect(status).toBe(413)
    expect(slack.messages()).toEqual([])
  })
})

describe('the host', () => {
  const statusFor = (url: string, host: string) =>
    new Promise((resolve, reject) => {
      request(url, { headers: { Host: host } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })

  test('must be a loopback name with the right port, for every route', async () => {
    const slack = await testSlack()
    const { port } = new URL(slack.url)
    for (const path of ['/', '/page/page.js', '/live']) {
      expect(await statusFor(slack.url + path, `evil.example:${port}`)).toBe(403)
    }
    for (const host of ['127.0.0.1', '127.0.0.1:1', 'localhost', `127.0.0.1.evil.example:${port}`])
      expect(await statusFor(slack.url, host)).toBe(403)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect(await statusFor(slack.url, host)).toBe(200)
  })

  test('gets a page that may load nothing from elsewhere, and no file outside it', async () => {
    const slack = await testSlack()
    const page = await fetch(slack.url)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${slack.url}/page/page.js`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect((await fetch(`${slack.url}/page/..%2fslack.ts`)).status).toBe(404)
    expect((await fetch(`${slack.url}/page/constructor`)).status).toBe(404)
  })
})

import { describe, expect, test } from 'vitest'
import { CHANNEL, testMessage } from './stand-in.ts'

describe('POST /press', () => {
  async function pressed(headers: Record<string, string>, change: object = {}) {
    const { slack, app, ts } = await testMessage()
    const body = JSON.stringify({ user: 'UADA', channel: CHANNEL, ts, action_id: 'go', block_id: 'buttons', value: 'nonce-go', ...change })
    const all = { Origin: slack.url, 'Content-Type': 'application/json', ...headers }
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
    const response = await fetch(`${slack.url}/press`, { method: 'POST', headers: given, body: new TextEncoder().encode(body) })
    return { status: response.status, sent: app.received.length, text: await response.text() }
  }

  test('from the page itself is sent, and answers the status and the time', async () => {
    const { status, sent, text } = await pressed({})
    expect([status, sent]).toEqual([200, 1])
    expect(JSON.parse(text)).toEqual({
      outcome: 'answered',
      status: 200,
      body: 'seen',
      contentType: '',
      milliseconds: expect.any(Number),
    })
  })

  test.each([
    { name: 'another site', headers: { Origin: 'https://evil.example' }, status: 403 },
    { name: 'another port of this machine', headers: { Origin: 'http://127.0.0.1:1' }, status: 403 },
    { name: 'a sandboxed frame', headers: { Origin: 'null' }, status: 403 },
    { name: 'nowhere', headers: { Origin: '' }, status: 403 },
    { name: 'a form', headers: { 'Content-Type': 'text/plain' }, status: 415 },
  ])('from $name is refused', async ({ headers, status }) => {
    expect(await pressed(headers)).toMatchObject({ status, sent: 0 })
  })

  test.each([
    { name: 'a value that the button does not have', change: { value: 'forged' }, status: 409 },
    { name: 'no value where the button has one', change: { value: null }, status: 409 },
    { name: 'another block', change: { block_id: 'others' }, status: 409 },
    { name: 'no user', change: { user: undefined }, status: 400 },
  ])('with $name is refused', async ({ change, status }) => {
    expect(await pressed({}, change)).toMatchObject({ status, sent: 0 })
  })
})

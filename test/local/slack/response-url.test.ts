import { beforeEach, describe, expect, test } from 'vitest'
import { actions, button, CHANNEL, payloadOf, testMessage, testSlack } from './stand-in.ts'

const NOW = 1_700_000_000_500

describe('a response URL', () => {
  let now = NOW
  beforeEach(() => {
    now = NOW
  })

  async function opened() {
    const { slack, app, ts } = await testMessage(200, { clock: () => now })
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    const url: string = payloadOf(app.received[0]).response_url
    const respond = async (body: unknown) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      return { status: response.status, text: await response.text() }
    }
    return { slack, ts, respond }
  }

  test('replaces the message and keeps its metadata', async () => {
    const { slack, ts, respond } = await opened()
    expect(await respond({ text: 'Working…', replace_original: true })).toEqual({ status: 200, text: 'ok' })
    expect(slack.messages()).toMatchObject([{ ts, text: 'Working…', blocks: [], metadata: { event_type: 'incident' } }])
  })

  test('replaces it with blocks and attachments, which keep their ids or get some', async () => {
    const { slack, ts, respond } = await opened()
    const blocks = [{ type: 'divider', block_id: 'line' }]
    const attachments = [{ color: '#2e7d32', blocks: [actions(button('release'))] }]
    expect(await respond({ text: 'x', blocks, attachments, replace_original: true })).toMatchObject({ status: 200 })
    expect(slack.messages()).toMatchObject([{ ts, blocks, attachments: [{ id: 1, blocks: [{ block_id: 'buttons' }] }] }])
    expect(await respond({ attachments: [{ blocks: [actions()] }], replace_original: true })).toEqual({
      status: 400,
      text: '{"ok":false,"error":"invalid_attachments"}',
    })
  })

  test('tells the one who pressed, unless the answer is for the channel', async () => {
    const { slack, respond } = await opened()
    await respond({ text: 'not you' })
    await respond({ text: 'all of you', response_type: 'in_channel' })
    expect(slack.messages().slice(1)).toMatchObject([{ text: 'not you', onlyFor: 'UADA' }, { text: 'all of you' }])
    expect(slack.messages()[2]?.onlyFor).toBeUndefined()
  })

  test('deletes the message', async () => {
    const { slack, respond } = await opened()
    await respond({ delete_original: true })
    expect(slack.messages()).toEqual([])
    expect(await respond({ text: 'x', replace_original: true })).toMatchObject({ status: 404 })
  })

  test('works five times, a bad answer not counted', async () => {
    const { respond } = await opened()
    expect(await respond({ blocks: [{ type: 'hologram' }] })).toEqual({ status: 400, text: '{"ok":false,"error":"invalid_blocks"}' })
    expect(await respond('x')).toMatchObject({ status: 400 })
    for (const text of ['1', '2', '3', '4', '5']) expect(await respond({ text })).toMatchObject({ status: 200 })
    expect(await respond({ text: '6' })).toEqual({ status: 404, text: '{"ok":false,"error":"used_url"}' })
  })

  test('works for half an hour', async () => {
    const { respond } = await opened()
    now = NOW + 30 * 60_000 - 1
    expect(await respond({ text: 'in time' })).toMatchObject({ status: 200 })
    now += 1
    expect(await respond({ text: 'too late' })).toEqual({ status: 404, text: '{"ok":false,"error":"expired_url"}' })
  })

  test('that was never given is not found', async () => {
    const slack = await testSlack()
    const response = await fetch(`${slack.url}/actions/T1/A1/guess`, { method: 'POST', body: '{"text":"x"}' })
    expect(response.status).toBe(404)
  })
})

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { actions, button, CHANNEL, type Interaction, payloadOf, SECRET, testMessage } from './stand-in.ts'

const clock = () => 1_700_000_000_500
const CONTAINER = { message_ts: '', channel_id: CHANNEL, is_ephemeral: false }

describe('a press', () => {
  test('arrives as a form that is signed over its raw body', async () => {
    const { app, slack, ts } = await testMessage(200, { clock })
    expect(await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })).toEqual({ status: 200, body: 'seen' })
    const [{ headers, body }] = app.received as [Interaction]
    const expected = createHmac('sha256', SECRET).update(`v0:1700000000:${body}`).digest('hex')
    expect(headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': '1700000000',
      'x-slack-signature': `v0=${expected}`,
    })
  })

  test('carries what Slack carries', async () => {
    const { app, slack, ts } = await testMessage(200, { clock })
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    const payload = payloadOf(app.received[0])
    expect(payload).toMatchObject({
      type: 'block_actions',
      user: { id: 'UADA', username: 'ada', name: 'ada', team_id: 'T1' },
      api_app_id: 'A1',
      team: { id: 'T1', domain: 'acme' },
      enterprise: null,
      is_enterprise_install: false,
      container: { ...CONTAINER, type: 'message', message_ts: ts },
      channel: { id: CHANNEL, name: 'alerts' },
      message: { ts, text: 'x', metadata: { event_payload: { key: 'i-1' } }, blocks: [{ block_id: 'buttons' }] },
      state: { values: {} },
      response_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/actions\/T1\/A1\/[\w-]{24}$/),
      trigger_id: expect.stringMatching(/^1700000000500\.\d+\.[0-9a-f]{32}$/),
    })
    const text = { type: 'plain_text', text: 'go' }
    const action = {
      type: 'button',
      action_id: 'go',
      block_id: 'buttons',
      text,
      value: 'nonce-go',
      style: 'danger',
      action_ts: '1700000000.500000',
    }
    expect(payload.actions).toEqual([action])
    expect(payload).not.toHaveProperty('token')
  })

  test('inside an attachment names the attachment; in a thread names the thread', async () => {
    const { app, slack, client, ts } = await testMessage(200, { clock })
    const attachments = [{ color: '#e01e5a' }, { color: '#2eb67d', blocks: [actions(button('later'))] }]
    const posted = await client.chat.postMessage({ channel: CHANNEL, text: 'y', thread_ts: ts, attachments })
    await slack.press({ user: 'UBOB', channel: CHANNEL, ts: posted.ts ?? '', actionId: 'later' })
    const container = {
      ...CONTAINER,
      type: 'message_attachment',
      attachment_id: 2,
      is_app_unfurl: false,
      message_ts: posted.ts,
      thread_ts: ts,
    }
    expect(payloadOf(app.received[0]).container).toEqual(container)
  })

  test('on an ephemeral message comes without the message, and only from the one who sees it', async () => {
    const { app, slack, client } = await testMessage(200, { clock })
    const { message_ts: ts = '' } = await client.chat.postEphemeral({
      channel: CHANNEL,
      user: 'UADA',
      text: 'x',
      blocks: [actions(button('go'))],
    })
    await expect(slack.press({ user: 'UBOB', channel: CHANNEL, ts, actionId: 'go' })).rejects.toMatchObject({ code: 'invalid_input' })
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    expect(app.received.map(payloadOf)).toMatchObject([{ container: { is_ephemeral: true } }])
    expect(payloadOf(app.received[0])).not.toHaveProperty('message')
  })

  test.each([
    { name: 'a user who does not exist', change: { user: 'UNOBODY' } },
    { name: 'a message that does not exist', change: { ts: '1.000001' } },
    { name: 'another channel', change: { channel: 'CPLATFORM' } },
    { name: 'a button that is not there', change: { actionId: 'delete' } },
    { name: 'another block', change: { blockId: 'others' } },
  ])('is refused for $name, and nothing is sent', async ({ change }) => {
    const { app, slack, ts } = await testMessage(200, { clock })
    await expect(slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go', ...change })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(app.received).toEqual([])
  })

  test('tells what the app answered, and gives up after three seconds', async () => {
    const failing = await testMessage(500)
    expect(await failing.slack.press({ user: 'UADA', channel: CHANNEL, ts: failing.ts, actionId: 'go' })).toEqual({
      status: 500,
      body: 'seen',
    })
    const silent = await testMessage('never')
    const started = performance.now()
    expect(await silent.slack.press({ user: 'UADA', channel: CHANNEL, ts: silent.ts, actionId: 'go' })).toEqual({ status: 0, body: '' })
    expect(performance.now() - started).toBeGreaterThan(2900)
  })

  test('that nobody listens to has no status', async () => {
    const { slack, ts } = await testMessage(200, { interactionsUrl: 'http://127.0.0.1:1/' })
    expect(await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })).toEqual({ status: 0, body: '' })
  })
})

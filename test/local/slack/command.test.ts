import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../../lib/slack/signature.ts'
import {
  type AppAnswer,
  actions,
  button,
  CHANNEL,
  clientOf,
  type Interaction,
  modal,
  mrkdwn,
  SECRET,
  testApp,
  testSlack,
} from './stand-in.ts'

async function withApp(answer: AppAnswer = () => ({})) {
  const app = await testApp(answer)
  const slack = await testSlack({ interactionsUrl: app.url })
  const form = () => Object.fromEntries(new URLSearchParams(app.received.at(-1)?.body))
  return { app, slack, form }
}
const ASK = { user: 'UADA', channel: CHANNEL, command: '/creance', text: 'status' }

describe('a slash command', () => {
  test('arrives at the commands URL beside the interactions, signed, as a form', async () => {
    const { app, slack, form } = await withApp()
    expect(await slack.command({ ...ASK, text: ' silence "a & b" <1h> ' })).toEqual({ status: 200, body: '' })
    const { headers, body, path } = app.received[0] as Interaction
    expect(path).toBe('/slack/commands')
    const signed = {
      rawBody: body,
      timestamp: String(headers['x-slack-request-timestamp']),
      signature: String(headers['x-slack-signature']),
    }
    expect(verifySignature(signed, SECRET, Date.now())).toBe('genuine')
    expect(form()).toEqual({
      team_id: 'T1',
      team_domain: 'acme',
      channel_id: CHANNEL,
      channel_name: 'alerts',
      user_id: 'UADA',
      user_name: 'ada',
      command: '/creance',
      text: 'silence "a &amp; b" &lt;1h&gt;',
      api_app_id: 'A1',
      is_enterprise_install: 'false',
      response_url: expect.stringContaining('/actions/T1/A1/'),
      trigger_id: expect.any(String),
    })
    expect(slack.messages()).toEqual([])
  })

  test('goes where the settings say', async () => {
    const app = await testApp(() => ({}))
    const slack = await testSlack({ commandsUrl: new URL('/elsewhere', app.url).href })
    await slack.command(ASK)
    expect(app.received.map(({ path }) => path)).toEqual(['/elsewhere'])
  })

  test.each([
    { name: 'text', answer: { text: 'All *quiet*.' }, shown: { text: 'All *quiet*.', onlyFor: 'UADA' } },
    {
      name: 'blocks',
      answer: { json: { blocks: [{ type: 'section', text: mrkdwn('x') }] } },
      shown: { blocks: [{ type: 'section' }], onlyFor: 'UADA' },
    },
    {
      name: 'for the channel',
      answer: { json: { text: 'for all', response_type: 'in_channel' } },
      shown: { text: 'for all', channel: CHANNEL },
    },
  ])('answered with $name shows it', async ({ answer, shown }) => {
    const { slack } = await withApp(() => answer)
    await slack.command(ASK)
    expect(slack.messages()).toMatchObject([shown])
    expect(slack.messages()[0]?.onlyFor).toBe('onlyFor' in shown ? shown.onlyFor : undefined)
  })

  test('is answered later by its response URL, and with a modal by its trigger', async () => {
    const { slack, form } = await withApp()
    await slack.command(ASK)
    const { response_url = '', trigger_id = '' } = form()
    const late = { text: 'later', blocks: [actions(button('go'))] }
    expect((await fetch(response_url, { method: 'POST', body: JSON.stringify(late) })).status).toBe(200)
    await clientOf(slack).views.open({ trigger_id, view: modal() as never })
    expect(slack.messages()).toMatchObject([{ text: 'later', onlyFor: 'UADA' }])
    expect(slack.views('UADA')).toHaveLength(1)
  })

  test('from a direct message says so', async () => {
    const { slack, form } = await withApp()
    await slack.command({ ...ASK, channel: 'DADA' })
    expect(form()).toMatchObject({ channel_id: 'DADA', channel_name: 'directmessage' })
    await expect(slack.command({ ...ASK, user: 'UBOB', channel: 'DADA' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test.each([
    { name: 'a command that the app does not have', change: { command: '/shout' } },
    { name: 'no such channel', change: { channel: 'CNONE' } },
    { name: 'no such user', change: { user: 'UNOBODY' } },
  ])('is refused for $name', async ({ change }) => {
    const { slack, app } = await withApp()
    await expect(slack.command({ ...ASK, ...change })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(app.received).toEqual([])
  })
})

describe('POST /command tells what went wrong in Slack’s word', () => {
  test.each([
    { name: 'status 500', answer: 500, problem: 'dispatch_failed' },
    { name: 'no answer in time', answer: 'never' as const, problem: 'operation_timeout' },
    { name: 'blocks past their limits', answer: () => ({ json: { blocks: [{ type: 'hologram' }] } }), problem: 'invalid_command_response' },
    { name: 'nothing to show', answer: () => ({ json: {} }), problem: 'invalid_command_response' },
    { name: 'a good answer', answer: () => ({ json: { text: 'fine' } }), problem: undefined },
  ])('$name → $problem', async ({ answer, problem }) => {
    const { slack } = await withApp(answer)
    const headers = { Origin: slack.url, 'Content-Type': 'application/json' }
    const response = await fetch(`${slack.url}/command`, { method: 'POST', headers, body: JSON.stringify(ASK) })
    expect(((await response.json()) as { problem?: string }).problem).toBe(problem)
  })
})

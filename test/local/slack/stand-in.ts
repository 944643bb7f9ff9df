import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LogLevel, WebClient } from '@slack/web-api'
import { onTestFinished } from 'vitest'
import { type RunningSlack, type SlackSettings, startSlack } from '../../../local/slack/slack.ts'

export const TOKEN = 'xoxb-test'
export const SECRET = 'the signing secret'
export const CHANNEL = 'CALERTS'
export const SETTINGS: SlackSettings = {
  token: TOKEN,
  signingSecret: SECRET,
  interactionsUrl: 'http://127.0.0.1:9/',
  workspace: { id: 'T1', domain: 'acme', app: 'A1', bot: { id: 'UBOT', name: 'Creance' } },
  channels: [
    { id: CHANNEL, name: 'alerts' },
    { id: 'CPLATFORM', name: 'platform' },
  ],
  users: [
    { id: 'UADA', name: 'ada', realName: 'Ada Okafor' },
    { id: 'UBOB', name: 'bob', realName: 'Bob Lindqvist' },
  ],
  groups: [{ id: 'SONCALL', users: ['UADA', 'UBOB'] }],
}

/** A stand-in that ends with the test. */
export async function testSlack(settings: Partial<SlackSettings> = {}): Promise<RunningSlack> {
  const slack = await startSlack({ ...SETTINGS, ...settings })
  onTestFinished(slack.stop)
  return slack
}

/** Slack's own client, silent and without retries. */
export function clientOf(slack: RunningSlack, token: string | undefined = TOKEN): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logLevel: LogLevel.ERROR,
    logger: SILENT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })
}

/** The `data` of what the client throws: Slack's own answer. */
export function refusal(call: Promise<unknown>): Promise<{ ok: boolean; error: string; response_metadata?: { messages?: string[] } }> {
  return call.then(
    () => Promise.reject(new Error('the call went through')),
    (error: { data: { ok: boolean; error: string } }) => error.data,
  )
}

export type Interaction = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly path: string }

/** How an app answers: with a status and "seen"; never; or by what came, with JSON or text. */
export type AppAnswer = number | 'never' | ((interaction: Interaction) => Reply | 'never' | Promise<Reply | 'never'>)
type Reply = { readonly status?: number; readonly json?: unknown; readonly text?: string }

/** An app's interactions and commands endpoint, which remembers what came; it ends with the test. */
export async function testApp(answer: AppAnswer = 200): Promise<{ url: string; received: Interaction[] }> {
  const received: Interaction[] = []
  const server = createServer(async (request, response) => {
    const interaction = { headers: request.headers, body: Buffer.concat(await request.toArray()).toString(), path: request.url ?? '' }
    received.push(interaction)
    const reply = typeof answer === 'function' ? await answer(interaction) : answer === 'never' ? answer : { status: answer, text: 'seen' }
    if (reply === 'never') return
    if (reply.json !== undefined) response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.writeHead(reply.status ?? 200).end(reply.json === undefined ? (reply.text ?? '') : JSON.stringify(reply.json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/slack/interactions`, received }
}

export const plain = (text: string) => ({ type: 'plain_text' as const, text })
export const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text })

export const button = (action_id: string, extra: object = {}) => ({
  type: 'button',
  action_id,
  text: { type: 'plain_text', text: action_id },
  value: `nonce-${action_id}`,
  ...extra,
})

export const actions = (...elements: object[]) => ({ type: 'actions', block_id: 'buttons', elements })

export const option = (value: string, extra: object = {}) => ({ text: plain(value), value, ...extra })

export const select = (action_id: string, values: readonly string[], extra: object = {}) => ({
  type: 'static_select',
  action_id,
  options: values.map((value) => option(value)),
  ...extra,
})

export const input = (block_id: string, element: object, extra: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(block_id),
  element: { action_id: 'field', ...element },
  ...extra,
})

/** A modal as an app gives it, with one field, `reason`. */
export const modal = (extra: object = {}) => ({
  type: 'modal' as const,
  callback_id: 'delete',
  private_metadata: 'nonce-1',
  title: plain('Delete the pod'),
  submit: plain('Delete'),
  blocks: [input('reason', { type: 'plain_text_input' })],
  ...extra,
})

/** A stand-in with one message that has one button, `go`, and the app that hears of presses on it. */
export async function testMessage(status: AppAnswer = 200, settings: Partial<SlackSettings> = {}) {
  const app = await testApp(status)
  const slack = await testSlack({ interactionsUrl: app.url, ...settings })
  const client = clientOf(slack)
  const metadata = { event_type: 'incident', event_payload: { key: 'i-1' } }
  const { ts = '' } = await client.chat.postMessage({
    channel: CHANNEL,
    text: 'x',
    blocks: [actions(button('go', { style: 'danger' }))],
    metadata,
  })
  return { app, slack, client, ts }
}

/** The same, where the button has opened `view` for Ada. `answer` is for what comes after the press. */
export async function testModal(view: object = modal(), answer: AppAnswer = () => ({}), settings: Partial<SlackSettings> = {}) {
  const replyTo = (interaction: Interaction) =>
    payloadOf(interaction)?.type === 'block_actions' ? {} : typeof answer === 'function' ? answer(interaction) : answer
  const app = await testApp(async (interaction) => {
    const reply = await replyTo(interaction)
    return typeof reply === 'number' ? { status: reply } : reply
  })
  const { slack, client, ts } = await testMessage(200, { ...settings, interactionsUrl: app.url })
  await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
  const trigger: string = payloadOf(app.received.at(-1)).trigger_id
  await client.apiCall('views.open', { trigger_id: trigger, view })
  const viewId = slack.views('UADA').at(-1)?.id ?? ''
  return { app, slack, client, ts, viewId, last: () => payloadOf(app.received.at(-1)) }
}

/** What a press told the app. */
export function payloadOf(interaction: Interaction | undefined) {
  return JSON.parse(new URLSearchParams(interaction?.body).get('payload') ?? 'null')
}

const quiet = () => undefined
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet, setLevel: quiet, getLevel: () => LogLevel.ERROR, setName: quiet }

import * as z from 'zod'
import { blockActions } from './interaction.ts'
import { buttonsIn } from './message.ts'
import { signSlackRequest } from './sign.ts'
import type { State } from './state.ts'
import { findUser } from './workspace.ts'

const ANSWER_WITHIN_MS = 3000

/** A press on the first button with this `action_id`. `block_id` and `value`, when given, must be the button's too. */
export const Press = z.object({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  action_id: z.string(),
  block_id: z.string().optional(),
  value: z.string().nullable().optional(),
})
export type Press = z.infer<typeof Press>

/** What came of a press. `answered`: the app's status and body, after so many milliseconds; `unanswered`: none within Slack's 3 s, or
 *  nobody there; `refused`: there is no such user, or no such button on a message that this user sees. */
export type PressResult =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: string; readonly milliseconds: number }
  | { readonly outcome: 'unanswered'; readonly why: 'timed_out' | 'unreachable'; readonly milliseconds: number }
  | { readonly outcome: 'refused'; readonly why: string }

/** `interactionsUrl` takes the signed requests; `baseUrl` is where the response URLs live; `clock` gives Unix milliseconds. */
export type PressSettings = {
  readonly signingSecret: string
  readonly interactionsUrl: string
  readonly baseUrl: string
  readonly clock: () => number
}

/** Sends the press to the app, as Slack would. Never throws for what the app does. */
export async function press(request: Press, state: State, settings: PressSettings): Promise<PressResult> {
  const user = findUser(state.workspace, request.user)
  if (!user) return { outcome: 'refused', why: 'no such user' }
  const message = state.messages.find(request.channel, request.ts)
  if (!message || (message.onlyFor !== undefined && message.onlyFor !== user.id)) return { outcome: 'refused', why: 'no such message' }
  const found = buttonsIn(message).find(
    ({ button, blockId }) =>
      button.action_id === request.action_id &&
      (request.block_id === undefined || blockId === request.block_id) &&
      (request.value === undefined || (button.value ?? null) === request.value),
  )
  if (!found) return { outcome: 'refused', why: 'no such button' }
  const { id, app } = state.workspace
  const responseUrl = `${settings.baseUrl}/actions/${id}/${app}/${state.responseUrls.open(message, user.id)}`
  return send(blockActions({ message, found, user, responseUrl, nowMs: settings.clock() }, state.workspace), settings)
}

async function send(payload: object, { signingSecret, interactionsUrl, clock }: PressSettings): Promise<PressResult> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const timestamp = Math.floor(clock() / 1000)
  const started = performance.now()
  const milliseconds = () => Math.round(performance.now() - started)
  try {
    const response = await fetch(interactionsUrl, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'X-Slack-Request-Timestamp': String(timestamp),
        'X-Slack-Signature': signSlackRequest(signingSecret, timestamp, body),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const text = await response.text()
    return { outcome: 'answered', status: response.status, body: text, milliseconds: milliseconds() }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    return { outcome: 'unanswered', why: timedOut ? 'timed_out' : 'unreachable', milliseconds: milliseconds() }
  }
}

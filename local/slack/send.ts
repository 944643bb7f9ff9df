import { signSlackRequest } from './sign.ts'

const ANSWER_WITHIN_MS = 3000

/** What the app made of a request: its status, body and content type after so many milliseconds; or none within Slack's 3 s, or nobody
 *  there. */
export type AppAnswer =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly body: string
      readonly contentType: string
      readonly milliseconds: number
    }
  | { readonly outcome: 'unanswered'; readonly why: 'timed_out' | 'unreachable'; readonly milliseconds: number }

/** `interactionsUrl` and `commandsUrl` take the signed requests; `baseUrl` is where the response URLs live; `clock` gives Unix
 *  milliseconds. */
export type SendSettings = {
  readonly signingSecret: string
  readonly interactionsUrl: string
  readonly commandsUrl: string
  readonly baseUrl: string
  readonly clock: () => number
}

/** Sends an interaction to the app, as Slack would. Never throws for what the app does. */
export function sendInteraction(payload: object, settings: SendSettings): Promise<AppAnswer> {
  return sendForm(settings.interactionsUrl, { payload: JSON.stringify(payload) }, settings)
}

export async function sendForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  { signingSecret, clock }: SendSettings,
): Promise<AppAnswer> {
  const body = new URLSearchParams(fields).toString()
  const timestamp = Math.floor(clock() / 1000)
  const started = performance.now()
  const milliseconds = () => Math.round(performance.now() - started)
  try {
    const response = await fetch(url, {
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
    const contentType = response.headers.get('content-type') ?? ''
    return { outcome: 'answered', status: response.status, body: text, contentType, milliseconds: milliseconds() }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    return { outcome: 'unanswered', why: timedOut ? 'timed_out' : 'unreachable', milliseconds: milliseconds() }
  }
}

/** The JSON of an answer, where it says that it is JSON; undefined for what is not. */
export function jsonOf({ body, contentType }: { readonly body: string; readonly contentType: string }): unknown {
  if (!/^application\/json\b/i.test(contentType)) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

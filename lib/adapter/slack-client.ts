import { WebClient } from '@slack/web-api'

/** `apiUrl`: base of the Web API, for a stand-in; Slack's own if not given. `timeoutMs`: how long a call may take. */
export type SlackClientSettings = { readonly token: string; readonly apiUrl?: string | undefined; readonly timeoutMs: number }

/** Slack's client, which neither sleeps nor tries again by itself, and keeps no log. */
export function slackClient({ token, apiUrl, timeoutMs }: SlackClientSettings): WebClient {
  return new WebClient(token, {
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: timeoutMs,
    logger: silent,
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
  })
}

/** The client's own log would say what ours says, in another form, and has payloads and addresses with tickets in it. */
const nothing = () => undefined
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
}

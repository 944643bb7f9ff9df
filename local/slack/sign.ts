import { createHmac } from 'node:crypto'

/** `X-Slack-Signature` of a request: `v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{raw body}`. Source:
 *  api.slack.com/docs/verifying-requests-from-slack. */
export function signSlackRequest(secret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`
}

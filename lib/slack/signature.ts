import { createHmac, timingSafeEqual } from 'node:crypto'

/** Slack's word that a request is its own is good for five minutes, in both directions. */
const WINDOW_SECONDS = 300

/** `contentType`: that header, where it is known. */
export type SignedRequest = {
  readonly rawBody: string
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  readonly contentType?: string | undefined
}

/** Whether Slack signed this body, and lately; compared in constant time. `nowMs`: Unix milliseconds.
 *  Source: Slack, "Verifying requests from Slack" (v0 = HMAC-SHA256 of `v0:timestamp:body`). */
export function verifySignature(
  { rawBody, timestamp, signature }: SignedRequest,
  secret: string,
  nowMs: number,
): 'genuine' | 'forged' | 'stale' {
  if (!timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return 'forged'
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${rawBody}`).digest('hex')}`)
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged'
  return Math.abs(nowMs / 1000 - Number(timestamp)) > WINDOW_SECONDS ? 'stale' : 'genuine'
}

import { createHmac } from 'node:crypto'
import { CodedError } from '../error.ts'

/** `id`: of the message, the same when it is sent again; `atMs`: when it is sent (Unix milliseconds); `body`: as it is sent. */
export type Signed = { readonly id: string; readonly atMs: number; readonly body: string }

const MOST_BYTES = 4096

/** The headers that say who sent the message, and when: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. The secret is `whsec_` and base64, or as
 *  it is. Throws `invalid_config` where it is too short to protect anything. Source: Standard Webhooks 1.0, symmetric signatures. */
export function signatureHeaders({ id, atMs, body }: Signed, secret: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1000))
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

function keyOf(secret: string): Buffer {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  if (secret.startsWith('whsec_') && base64 === undefined)
    throw new CodedError('invalid_config', 'signing secret: expected base64 after whsec_')
  const key = base64 === undefined ? Buffer.from(secret) : Buffer.from(base64, 'base64')
  if (key.byteLength < 16 || key.byteLength > MOST_BYTES)
    throw new CodedError('invalid_config', `signing secret: expected 16 to ${MOST_BYTES} bytes (24 to 64 are usual)`)
  return key
}

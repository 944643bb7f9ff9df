import { type KeyObject, sign, verify } from 'node:crypto'
import * as z from 'zod'
import { CodedError } from '../error.ts'

/** What is signed is told apart by its kind, which stands before it: an order can never be taken for an answer. */
export type Kind = 'order/1' | 'outcome/1'
type Spoken = { readonly kind: Kind; readonly cluster: string }
export type Dialect<T extends Spoken> = { readonly kind: T['kind']; readonly schema: z.ZodType<T> }

const MAX_BYTES = 200 * 1024
const Text = z.string().min(1).max(MAX_BYTES)
/** `cluster` is unsigned and says whose key to look for; the signed body must say the same. */
const Sealed = z.strictObject({ cluster: z.string().min(1).max(200), body: Text, signature: z.base64().length(88) })

/** The text of a queue message: the body as JSON, and an Ed25519 signature over `creance.KIND`, a newline, and that JSON. Errors: `invalid_input`, over 200 KB. */
export function seal(spoken: Spoken, privateKey: KeyObject): string {
  const body = JSON.stringify(spoken)
  const signature = sign(null, signedBytes(spoken.kind, body), privateKey).toString('base64')
  const text = JSON.stringify({ cluster: spoken.cluster, body, signature })
  if (Buffer.byteLength(text) > MAX_BYTES) throw new CodedError('invalid_input', `${spoken.kind}: over ${MAX_BYTES} bytes`)
  return text
}

/** Which cluster it claims to be about, or of; believe it only when it is opened. Errors: `invalid_input`. */
export function claimedCluster(text: string): string {
  return sealedFrom(text).cluster
}

/** What was sealed, if with this key, as this kind, and unchanged. Nothing of the body is read before its signature is checked. Errors: `unauthorized`;
 *  `invalid_input` where it is no sealed text, or the body is of another shape. */
export function open<T extends Spoken>(text: string, { kind, schema }: Dialect<T>, publicKey: KeyObject): T {
  const { cluster, body, signature } = sealedFrom(text)
  if (!verify(null, signedBytes(kind, body), publicKey, Buffer.from(signature, 'base64')))
    throw new CodedError('unauthorized', `${kind}: the signature is not by the key that is expected`)
  const parsed = schema.safeParse(jsonFrom(body))
  if (!parsed.success) throw new CodedError('invalid_input', `${kind}: the signed body has another shape`, { cause: parsed.error })
  if (parsed.data.cluster !== cluster) throw new CodedError('unauthorized', `${kind}: what is signed is about another cluster`)
  return parsed.data
}

function sealedFrom(text: string): z.infer<typeof Sealed> {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new CodedError('invalid_input', `a sealed message has over ${MAX_BYTES} bytes`)
  const parsed = Sealed.safeParse(jsonFrom(text))
  if (!parsed.success) throw new CodedError('invalid_input', 'not a sealed message', { cause: parsed.error })
  return parsed.data
}

function signedBytes(kind: Kind, body: string): Buffer {
  return Buffer.from(`creance.${kind}\n${body}`)
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

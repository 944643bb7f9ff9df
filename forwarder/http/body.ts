import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Refusal } from '../intake/judge.ts'

const BODY_BYTES_MAX = 1024 * 1024
const THROWN_AWAY_MAX = 8 * BODY_BYTES_MAX
/** What all requests that are being read may hold together. */
const HELD_BYTES_MAX = 16 * 1024 * 1024
const gunzipLimited = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)

export type Body = { readonly text: string } | (Refusal & { readonly head: Buffer })

/** Reads request bodies: at most 1 MiB each, unpacked where they are gzip, and no more at a time than memory is set aside for. What is over that
 *  is read on for a while and thrown away, so that the sender gets to read the answer. Rejects where the sender broke off. */
export function bodyReader(): (request: IncomingMessage) => Promise<Body> {
  let held = 0
  return async (request) => {
    const chunks: Buffer[] = []
    let kept = 0
    let bytes = 0
    let refusal: Refusal | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        request.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > BODY_BYTES_MAX) refusal ??= { reason: 'too_large', error: 'the body is over 1 MiB' }
          else if (held + chunk.length > HELD_BYTES_MAX) refusal ??= { reason: 'busy', error: 'too much is being read at once; try again' }
          if (bytes > THROWN_AWAY_MAX) resolve()
          if (refusal) return
          chunks.push(chunk)
          kept += chunk.length
          held += chunk.length
        })
        request.once('end', resolve)
        request.once('error', reject)
        request.once('close', () => reject(new Error('the sender broke off')))
      })
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      return refusal ? { ...refusal, head: body } : await unpack(body, request.headers['content-encoding'])
    } finally {
      held -= kept
    }
  }
}

async function unpack(body: Buffer, encoding = 'identity'): Promise<Body> {
  if (encoding === 'identity') return { text: body.toString('utf8') }
  if (encoding !== 'gzip') return { reason: 'bad_encoding', error: 'content-encoding: expected gzip, or none', head: body }
  try {
    return { text: (await gunzipLimited(body, { maxOutputLength: BODY_BYTES_MAX })).toString('utf8') }
  } catch (error) {
    const tooLarge = error instanceof RangeError
    return tooLarge
      ? { reason: 'too_large', error: 'the body is over 1 MiB when unpacked', head: body }
      : { reason: 'bad_encoding', error: 'content-encoding: gzip, but the body is none', head: body }
  }
}

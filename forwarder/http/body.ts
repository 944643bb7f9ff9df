import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Refusal } from '../intake/judge.ts'

const BODY_BYTES_MAX = 1024 * 1024
const THROWN_AWAY_MAX = 8 * BODY_BYTES_MAX
/** What all bodies may hold together, counted as below. */
const HELD_BYTES_MAX = 32 * 1024 * 1024
/** So much of each body is not counted: an ordinary alert is never refused for what others send. */
const FREE_BYTES = 8 * 1024
/** A body that is worked upon is there as text, as JSON, as envelope and as record. */
const WORKED_UPON = 6
const UNPACKED_AT_A_TIME = 2

const gunzipLimited = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)
const BUSY: Refusal = { reason: 'busy', error: 'too much is being read at once; try again' }

/** `release` is called when nothing of the body is needed any more. */
export type Body = ({ readonly text: string } | (Refusal & { readonly head: Buffer })) & { readonly release: () => void }

/** Reads request bodies: at most 1 MiB each, unpacked where they are gzip, and no more at a time than memory is set aside for. What is over that
 *  is read on for a while and thrown away, so that the sender gets to read the answer. Rejects where the sender broke off. */
export function bodyReader(): (request: IncomingMessage) => Promise<Body> {
  const memory = heldMemory()
  const inTurn = turns(UNPACKED_AT_A_TIME)
  return async (request) => {
    if (isOrdinary(request)) return { text: (await readAll(request)).toString('utf8'), release: nothing }
    const claim = memory.claim()
    try {
      const read = await readRaw(request, claim.grow)
      if ('reason' in read) return { ...read, release: claim.release }
      const encoding = request.headers['content-encoding'] ?? 'identity'
      const body = encoding === 'identity' ? read.bytes : await inTurn(() => unpack(read.bytes, encoding))
      if (!Buffer.isBuffer(body)) return { ...body, head: read.bytes, release: claim.release }
      if (!claim.grow(body.length * WORKED_UPON)) return { ...BUSY, head: read.bytes, release: claim.release }
      return { text: body.toString('utf8'), release: claim.release }
    } catch (error) {
      claim.release()
      throw error
    }
  }
}

/** An alert as agents post it: it is read without more ado. Node reads no more than the length that is declared. */
function isOrdinary({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] === undefined && Number(headers['content-length'] ?? Number.NaN) <= FREE_BYTES
}

function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined
    request.on('data', (chunk: Buffer) => {
      body = body ? Buffer.concat([body, chunk]) : chunk
    })
    request.on('end', () => resolve(body ?? Buffer.alloc(0)))
    request.on('error', reject)
  })
}

function nothing(): void {}

async function readRaw(
  request: IncomingMessage,
  grow: (toBytes: number) => boolean,
): Promise<{ readonly bytes: Buffer } | (Refusal & { readonly head: Buffer })> {
  const chunks: Buffer[] = []
  let bytes = 0
  let refusal: Refusal | undefined
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BODY_BYTES_MAX) refusal ??= { reason: 'too_large', error: 'the body is over 1 MiB' }
      else if (!grow(bytes)) refusal ??= BUSY
      if (bytes > THROWN_AWAY_MAX) resolve()
      if (!refusal) chunks.push(chunk)
    })
    request.once('end', resolve)
    request.once('error', reject)
    request.once('close', () => reject(new Error('the sender broke off')))
  })
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
  return refusal ? { ...refusal, head: body } : { bytes: body }
}

async function unpack(body: Buffer, encoding: string): Promise<Buffer | Refusal> {
  if (encoding !== 'gzip') return { reason: 'bad_encoding', error: 'content-encoding: expected gzip, or none' }
  try {
    return await gunzipLimited(body, { maxOutputLength: BODY_BYTES_MAX })
  } catch (error) {
    return error instanceof RangeError
      ? { reason: 'too_large', error: 'the body is over 1 MiB when unpacked' }
      : { reason: 'bad_encoding', error: 'content-encoding: gzip, but the body is none' }
  }
}

/** Memory that many share: a claim grows as long as there is some left, and gives all of its own back once. */
function heldMemory() {
  let held = 0
  return {
    claim: () => {
      let mine = 0
      return {
        grow: (toBytes: number): boolean => {
          const more = Math.max(0, toBytes - FREE_BYTES) - mine
          if (more > 0 && held + more > HELD_BYTES_MAX) return false
          mine += Math.max(0, more)
          held += Math.max(0, more)
          return true
        },
        release: () => {
          held -= mine
          mine = 0
        },
      }
    },
  }
}

/** Runs `limit` at a time; the others wait. */
function turns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import type { OutgoingMessage } from '../port/queue.ts'
import { Envelope } from './envelope.ts'

/** The queue message `batch/1`: attribute `creance.schema` = `batch/1`, `creance.batch` = the batch's id; body = base64 of the zstd frame
 *  of newline-separated JSON envelopes. The id is the sha256 of the envelopes, so the same alerts packed again are the same batch. */
export const BATCH_SCHEMA = 'batch/1'
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
const TARGET_UNPACKED_BYTES = 8 * 1024 * 1024

export type Batch = { readonly id: string; readonly envelopes: readonly Envelope[]; readonly refused: readonly RefusedLine[] }
export type RefusedLine = { readonly line: string; readonly reason: string }

export function packBatch(envelopes: readonly Envelope[]): OutgoingMessage {
  const lines = envelopes.map((envelope) => JSON.stringify(envelope)).join('\n')
  return {
    body: zstdCompressSync(Buffer.from(lines)).toString('base64'),
    attributes: { 'creance.schema': BATCH_SCHEMA, 'creance.batch': contentId('batch', lines) },
  }
}

/** As few batches as keep each message within `maxBytes` (of its body), and within 8 MiB unpacked: halves as long as it takes. One envelope
 *  alone is never divided. */
export function packBatches(envelopes: readonly Envelope[], maxBytes: number): readonly OutgoingMessage[] {
  const unpackedBytes = envelopes.reduce((bytes, { alert }) => bytes + alert.length, 0)
  const message = envelopes.length < 2 || unpackedBytes <= TARGET_UNPACKED_BYTES ? packBatch(envelopes) : undefined
  if (message && (envelopes.length < 2 || message.body.length <= maxBytes)) return [message]
  const half = Math.ceil(envelopes.length / 2)
  return [...packBatches(envelopes.slice(0, half), maxBytes), ...packBatches(envelopes.slice(half), maxBytes)]
}

/** Reads a batch. A line that is no envelope is set apart, the rest is used. Throws `invalid_input` where the message is none of ours. */
export function unpackBatch(message: { readonly body: string; readonly attributes: Readonly<Record<string, string>> }): Batch {
  const schema = message.attributes['creance.schema']
  if (schema !== BATCH_SCHEMA) {
    throw new CodedError(
      'invalid_input',
      `queue message: creance.schema: expected ${BATCH_SCHEMA}, got ${schema ?? 'nothing'}; is the forwarder newer than this function?`,
    )
  }
  const lines = decompress(message.body)
    .split('\n')
    .filter((line) => line !== '')
  const read = lines.map(readLine)
  return {
    id: contentId('batch', lines.join('\n')),
    envelopes: read.filter((entry) => 'alert' in entry),
    refused: read.filter((entry) => 'reason' in entry),
  }
}

function decompress(body: string): string {
  try {
    return zstdDecompressSync(Buffer.from(body, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8')
  } catch (cause) {
    throw new CodedError('invalid_input', 'queue message: body: expected base64 of a zstd frame', { cause })
  }
}

function readLine(line: string): Envelope | RefusedLine {
  try {
    return Envelope.parse(JSON.parse(line))
  } catch (error) {
    return { line: line.slice(0, 4096), reason: `envelope: ${error instanceof z.ZodError ? z.prettifyError(error) : 'not JSON'}` }
  }
}

import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as z from 'zod'
import { CodedError } from '../error.ts'
import type { MessageContent, OutgoingMessage } from '../port/queue.ts'
import { Envelope } from './envelope.ts'
import { divide } from './parts.ts'

/** The queue message `batch/1`: attributes `creance.schema` = `batch/1` and `creance.batch` = the batch's id; body = base64 of the zstd frame
 *  of newline-separated JSON envelopes. The id is the sha256 of those lines, so the same alerts packed again are the same batch. A batch of one
 *  alert that is too large for a message comes in parts (parts.ts). */
const BATCH_SCHEMA = 'batch/1'
/** What the attributes of a message take of its size, with room to spare: SQS counts their names, types and values. */
export const ATTRIBUTE_BYTES = 256
/** SQS bills a request for each 64 KiB begun. */
export const BILLED_BYTES = 64 * 1024
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
const TARGET_UNPACKED_BYTES = 8 * 1024 * 1024
const NEWLINE = Buffer.from('\n')

export type Batch = { readonly id: string; readonly envelopes: readonly Envelope[]; readonly refused: readonly RefusedLine[] }
export type RefusedLine = { readonly line: string; readonly reason: string }

/** `fillBytes`: what a message is filled towards; `maxBytes`: what the queue takes of one. Both are of body and attributes. */
export type MessageSize = { readonly fillBytes: number; readonly maxBytes: number }

/** The messages for the envelopes' JSON lines, in order: none over `fillBytes` but of one alert alone, and none over `maxBytes`. A function of its
 *  arguments alone, so the same lines packed again are the same messages. Nothing is ever cut: an alert that no message can hold comes in parts. */
export function packLines(lines: readonly Uint8Array[], size: MessageSize): readonly OutgoingMessage[] {
  const unpackedBytes = lines.reduce((bytes, line) => bytes + line.length, 0)
  if (lines.length === 1 || unpackedBytes <= TARGET_UNPACKED_BYTES) {
    const message = packAll(lines)
    const room = (lines.length === 1 ? size.maxBytes : size.fillBytes) - ATTRIBUTE_BYTES
    if (message.body.length <= room) return [message]
    if (lines.length === 1) return divide(message, room)
  }
  const half = Math.ceil(lines.length / 2)
  return [...packLines(lines.slice(0, half), size), ...packLines(lines.slice(half), size)]
}

/** A message's size as SQS counts it: the body, and the attributes' names, types and values. */
export function messageBytes({ body, attributes = {} }: OutgoingMessage): number {
  const sizes = Object.entries(attributes).map(([name, value]) => name.length + 'String'.length + value.length)
  return sizes.reduce((sum, size) => sum + size, body.length)
}

/** One message for the envelopes, however large. */
export function packBatch(envelopes: readonly Envelope[]): OutgoingMessage {
  return packAll(envelopes.map((envelope) => Buffer.from(envelopeLine(envelope))))
}

function packAll(lines: readonly Uint8Array[]): OutgoingMessage {
  const text = Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [NEWLINE, line])))
  return {
    body: zstdCompressSync(text).toString('base64'),
    attributes: { 'creance.schema': BATCH_SCHEMA, 'creance.batch': batchId(text) },
  }
}

export function envelopeLine(envelope: Envelope): string {
  return JSON.stringify(envelope)
}

/** Reads a whole batch. A line that is no envelope is set apart, the rest is used. Throws `invalid_input` where the message is none of ours. */
export function unpackBatch(message: MessageContent): Batch {
  const schema = message.attributes['creance.schema']
  if (schema !== BATCH_SCHEMA) {
    throw new CodedError(
      'invalid_input',
      `queue message: creance.schema: expected ${BATCH_SCHEMA}, got ${schema ?? 'nothing'}; is the forwarder newer than this function?`,
    )
  }
  const text = decompress(message.body)
  const read = text
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine)
  return {
    id: batchId(text),
    envelopes: read.filter((entry) => 'alert' in entry),
    refused: read.filter((entry) => 'reason' in entry),
  }
}

function batchId(text: Uint8Array): string {
  return createHash('sha256').update(`${BATCH_SCHEMA}\n`).update(text).digest('hex')
}

function decompress(body: string): Buffer {
  try {
    return zstdDecompressSync(Buffer.from(body, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES })
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

import { createHash } from 'node:crypto'
import * as z from 'zod'
import { CodedError } from '../error.ts'
import type { MessageContent, OutgoingMessage } from '../port/queue.ts'
import { parseData, type Store } from '../port/store.ts'

/** The attribute `creance.part` of a message that is one part of a batch: its place, how many there are, and which packing of the batch it is
 *  of, as `2/3/9f86d081884c7d65` (the beginning of the sha256 of the whole body: packed by another version, or for another size, the same batch
 *  has other parts). The bodies of all parts, one after another, are the batch's body. */
const PART = /^([1-9]\d?)\/([1-9]\d?)\/([0-9a-f]{16})$/
/** A part waits in the table for the others; an item may have 400 KB. */
const PART_BYTES_MAX = 256 * 1024
const WAIT_SECONDS = 14 * 86_400 // as long as a queue keeps a message

const Part = z.object({ body: z.string() })

/** A message in parts whose bodies have at most `bytes` each, and at most 256 KiB. Throws `invalid_input` where that would be over 99. */
export function divide({ body, attributes }: OutgoingMessage, bytes: number): readonly OutgoingMessage[] {
  const size = Math.min(bytes, PART_BYTES_MAX)
  const count = Math.ceil(body.length / size)
  const packing = packingOf(body)
  if (count > 99) throw new CodedError('invalid_input', `a message of ${bytes} bytes is too small: the alert would need ${count} of them`)
  return Array.from({ length: count }, (_, at) => ({
    body: body.slice(at * size, (at + 1) * size),
    attributes: { ...attributes, 'creance.part': `${at + 1}/${count}/${packing}` },
  }))
}

/** The whole batch that a message is, or completes; undefined: other parts have yet to come, and this one is kept for them. Parts may come
 *  in any order, more than once and at the same time: each that comes when all are there gives the whole. Throws `invalid_input`. */
export async function wholeBatch(message: MessageContent, store: Store, nowMs: number): Promise<MessageContent | undefined> {
  const { 'creance.part': place, ...attributes } = message.attributes
  if (place === undefined) return message
  const batch = attributes['creance.batch']
  const [, at = '', of = '', packing = ''] = PART.exec(place) ?? []
  const count = Number(of)
  if (at === '' || Number(at) > count || !batch?.match(/^[0-9a-f]{64}$/)) {
    throw new CodedError(
      'invalid_input',
      'queue message: creance.part: expected its place, how many there are, and the packing, such as 2/3/9f86d081884c7d65, of a creance.batch',
    )
  }
  const pk = `parts#${batch}#${count}#${packing}`
  const expires = Math.floor(nowMs / 1000) + WAIT_SECONDS
  await store.put({ pk, sk: at.padStart(2, '0'), data: { body: message.body }, expires }, 'absent')
  const parts = await store.query(pk)
  if (parts.length < count) return undefined
  const body = parts.map((item) => parseData(Part, item).body).join('')
  if (packingOf(body) !== packing) throw new CodedError('invalid_input', 'queue message: the parts of this batch are not what was packed')
  return { body, attributes }
}

function packingOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}

import { ATTRIBUTE_BYTES } from '../../lib/batch/batch.ts'
import type { OutgoingMessage } from '../../lib/port/queue.ts'

/** Aimed a little below the brim: what spills over costs a second message. */
const FULL = 0.92
/** Alerts of one cluster compress about this well before anything is known. */
const FIRST_RATIO = 0.15
const SEGMENT_BYTES_MAX = 4 * 1024 * 1024

/** How many bytes of alerts fill a message, learned from how well those before compressed: SQS bills by 64 KiB, so what leaves together should
 *  come close to that, packed. */
export function fillEstimate(fillBytes: number): {
  readonly segmentBytes: () => number
  readonly learn: (lineBytes: number, messages: readonly OutgoingMessage[]) => void
} {
  let ratio = FIRST_RATIO
  const segmentBytes = () => Math.min(SEGMENT_BYTES_MAX, Math.floor(((fillBytes - ATTRIBUTE_BYTES) * FULL) / ratio))
  return {
    segmentBytes,
    learn: (lineBytes, messages) => {
      // A few alerts compress worse than many: what left before it was full says nothing of a full one.
      if (messages.length === 1 && lineBytes < segmentBytes() / 2) return
      const packed = messages.reduce((bytes, { body }) => bytes + body.length, 0)
      ratio = (ratio + Math.min(2, Math.max(0.005, packed / lineBytes))) / 2
    },
  }
}

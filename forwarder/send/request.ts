import { ATTRIBUTE_BYTES, type MessageSize } from '../../lib/batch/batch.ts'
import type { Job } from './sender.ts'

/** `requestBytes`: what all messages of a request may have together. */
export type RequestLimits = MessageSize & { readonly requestBytes: number }
const MESSAGES_MAX = 10

/** The next request's messages: those that need not wait, in their order, ten and the limit at most. */
export function nextRequest(jobs: readonly Job[], nowMs: number, { requestBytes }: RequestLimits): readonly Job[] {
  const chosen: Job[] = []
  let bytes = 0
  for (const job of jobs) {
    if (job.notBeforeMs > nowMs || (job.alone && chosen.length > 0)) continue
    if (job.alone) return [job]
    const size = job.message.body.length + ATTRIBUTE_BYTES
    if (chosen.length === MESSAGES_MAX || (chosen.length > 0 && bytes + size > requestBytes)) break
    chosen.push(job)
    bytes += size
  }
  return chosen
}

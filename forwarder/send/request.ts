import { messageBytes } from '../../lib/batch/batch.ts'
import type { OutgoingMessage } from '../../lib/port/queue.ts'
import type { Parcel } from './outbox.ts'

/** A message on its way. `alone`: the queue found fault with a request of several that it was in. */
export type Job = {
  readonly parcel: Parcel
  readonly message: OutgoingMessage
  attempts: number
  /** How often the queue said that it can never take it. */
  faults: number
  notBeforeMs: number
  alone: boolean
}

const MESSAGES_MAX = 10

/** The next request's messages: those that need not wait, in their order, ten and `requestBytes` at most. */
export function nextRequest(jobs: readonly Job[], nowMs: number, { requestBytes }: { readonly requestBytes: number }): readonly Job[] {
  const lonely = jobs.find((job) => job.alone && job.notBeforeMs <= nowMs)
  if (lonely) return [lonely]
  const chosen: Job[] = []
  let bytes = 0
  for (const job of jobs) {
    if (job.notBeforeMs > nowMs) continue
    const size = messageBytes(job.message)
    if (chosen.length === MESSAGES_MAX || (chosen.length > 0 && bytes + size > requestBytes)) break
    chosen.push(job)
    bytes += size
  }
  return chosen
}

import { type MessageSize, packLines } from '../../lib/batch/batch.ts'
import { messageOf } from '../../lib/error.ts'
import type { Clock, Log } from '../../lib/port/log.ts'
import type { OutgoingMessage } from '../../lib/port/queue.ts'
import { LANES, type LaneName, type Segment } from '../spool/segment.ts'
import type { Spool } from '../spool/spool.ts'
import { type Job, nextRequest } from './request.ts'

/** Messages in memory, of each lane, sent or waiting to be sent again; the rest stays on disk. */
const HELD_MAX = 40
/** Every so many requests the others go before the urgent ones, so that a flood of those does not hold them up for good. */
const FAIR_TURN = 4
/** A file that cannot be read now is tried again after this. */
const READ_AGAIN_MS = 5000

/** One file's messages; the file goes when all of them are `settled`. */
export type Parcel = { readonly segment: Segment; readonly alerts: number; readonly count: number; settled: number; hopeless: boolean }

export type OutboxPorts = {
  readonly spool: Spool
  /** Told of each file that was packed: how many alerts, how many bytes, into which messages. */
  readonly packed: (alerts: number, bytes: number, messages: readonly OutgoingMessage[]) => void
  readonly delivered: (alerts: number, firstMs: number) => void
  readonly clock: Clock
  readonly log: Log
}

/** The messages that are in memory: read from the spool as there is room, urgent files first, until the queue has them. */
export type Outbox = {
  /** Reads files until enough messages are held. */
  readonly refill: () => Promise<void>
  /** Takes out what the next request has. */
  readonly next: () => readonly Job[]
  /** Puts a job back, for its time. */
  readonly later: (job: Job, notBeforeMs: number) => void
  /** The message is out of our hands: the queue has it, or (`hopeless`) never will. */
  readonly settle: (job: Job, hopeless?: boolean) => Promise<void>
  /** When the first job that waits may go, Unix milliseconds. */
  readonly nextMs: () => number | undefined
}

export function createOutbox(
  { spool, packed, delivered, clock, log }: OutboxPorts,
  size: MessageSize & { readonly requestBytes: number },
): Outbox {
  const jobs: Record<LaneName, Job[]> = { urgent: [], normal: [] }
  const held: Record<LaneName, number> = { urgent: 0, normal: 0 }
  let turn = 0

  const load = async (segment: Segment): Promise<void> => {
    const lines = await spool.read(segment)
    if (lines.length === 0) return spool.remove(segment)
    const messages = packLines(lines, size)
    packed(lines.length, segment.bytes, messages)
    const parcel = { segment, alerts: lines.length, count: messages.length, settled: 0, hopeless: false }
    jobs[segment.lane].push(...messages.map((message) => ({ parcel, message, attempts: 0, faults: 0, notBeforeMs: 0, alone: false })))
    held[segment.lane] += messages.length
  }

  /** One file never holds up the others. */
  const loadLater = async (segment: Segment, error: unknown): Promise<void> => {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    log.error(gone ? 'a file of the spool is gone, with its alerts' : 'a file of the spool cannot be read or packed: it is tried again', {
      file: segment.name,
      why: messageOf(error),
    })
    if (gone) await spool.remove(segment)
    else setTimeout(() => spool.putBack(segment), READ_AGAIN_MS).unref()
  }

  return {
    refill: async () => {
      for (const lane of LANES) {
        while (held[lane] < HELD_MAX) {
          const segment = await spool.take(lane)
          if (!segment) break
          await load(segment).catch((error) => loadLater(segment, error))
        }
      }
    },
    next: () => {
      turn++
      const first = turn % FAIR_TURN === 0 ? [...jobs.normal, ...jobs.urgent] : [...jobs.urgent, ...jobs.normal]
      const request = nextRequest(first, clock(), size)
      for (const lane of LANES) if (request.length > 0) jobs[lane] = jobs[lane].filter((job) => !request.includes(job))
      return request
    },
    later: (job, notBeforeMs) => {
      job.notBeforeMs = notBeforeMs
      jobs[job.parcel.segment.lane].push(job)
    },
    settle: async ({ parcel }, hopeless = false) => {
      const { segment, alerts, count } = parcel
      held[segment.lane]--
      parcel.settled++
      parcel.hopeless ||= hopeless
      if (parcel.settled < count) return
      try {
        if (parcel.hopeless) return await spool.setAside(segment)
        await spool.remove(segment)
        delivered(alerts, segment.firstMs)
      } catch (error) {
        // It is sent again after a restart, and recognised: its alerts and its batches have the same ids.
        log.error('a file that was sent cannot be removed', { file: segment.name, why: messageOf(error) })
      }
    },
    nextMs: () => {
      const waiting = [...jobs.urgent, ...jobs.normal].map(({ notBeforeMs }) => notBeforeMs)
      return waiting.length > 0 ? Math.min(...waiting) : undefined
    },
  }
}

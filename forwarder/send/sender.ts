import { packLines } from '../../lib/batch/batch.ts'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Clock, Log } from '../../lib/port/log.ts'
import type { BatchSender, OutgoingMessage } from '../../lib/port/queue.ts'
import type { LaneName, Segment } from '../spool/segment.ts'
import type { Spool } from '../spool/spool.ts'
import { backoffMs } from './backoff.ts'
import { nextRequest, type RequestLimits } from './request.ts'

/** Messages in memory, of each lane, sent or waiting to be sent again; the rest stays on disk. */
const HELD_MAX = 40
/** How often a message is offered that the queue says it can never take, before it is set aside. */
const HOPELESS_ATTEMPTS = 5

export type SenderPorts = {
  readonly spool: Spool
  readonly queue: BatchSender
  readonly observe: SenderObserver
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly log: Log
}

/** What the sender tells of its doings, for metrics and health. */
export type SenderObserver = {
  readonly packed: (lines: number, lineBytes: number, messages: readonly OutgoingMessage[]) => void
  readonly requested: (request: RequestSeen) => void
  readonly delivered: (alerts: number, firstMs: number) => void
  readonly failed: (why: string | undefined) => void
}

/** `bytes`: of the bodies together. `failed`: how many of the messages were not taken. */
export type RequestSeen = {
  readonly messages: number
  readonly bytes: number
  readonly milliseconds: number
  readonly failed: number
}

export type SenderOptions = RequestLimits & { readonly parallel: number }

type Parcel = { readonly segment: Segment; readonly alerts: number; readonly lane: LaneName; left: number; hopeless: boolean }
export type Job = { readonly parcel: Parcel; readonly message: OutgoingMessage; attempts: number; notBeforeMs: number; alone: boolean }

export type Sender = {
  /** Sends what is on disk, until nothing is left or the time is up. What is left is sent by the next run. Resolves to whether all was sent. */
  readonly drain: (untilMs: number) => Promise<boolean>
}

/** Empties the spool into the queue: up to ten messages a request, several requests at a time, urgent ones first. What the queue did not take is
 *  sent again by itself, after a growing, random wait; a file goes when all of it was taken. */
export function startSender({ spool, queue, observe, clock, random, log }: SenderPorts, options: SenderOptions): Sender {
  const jobs: Record<LaneName, Job[]> = { urgent: [], normal: [] }
  const held: Record<LaneName, number> = { urgent: 0, normal: 0 }
  let inFlight = 0
  let pumping = false
  let again = false
  let timer: NodeJS.Timeout | undefined
  let whenIdle: (() => void) | undefined
  let stopped = false
  let failing = false

  /** Fills memory from disk, urgent files first. */
  const refill = async (lane: LaneName): Promise<void> => {
    while (held[lane] < HELD_MAX) {
      const segment = await spool.take(lane)
      if (!segment) return
      const lines = await spool.read(segment).catch((error) => {
        spool.putBack(segment)
        throw error
      })
      if (lines.length === 0) {
        await spool.remove(segment)
        continue
      }
      const messages = await packed(segment, lines)
      if (!messages) continue
      observe.packed(lines.length, segment.bytes, messages)
      const parcel = { segment, alerts: lines.length, lane, left: messages.length, hopeless: false }
      jobs[lane].push(...messages.map((message) => ({ parcel, message, attempts: 0, notBeforeMs: 0, alone: false })))
      held[lane] += messages.length
    }
  }

  const packed = async (segment: Segment, lines: readonly Buffer[]): Promise<readonly OutgoingMessage[] | undefined> => {
    try {
      return packLines(lines, options)
    } catch (error) {
      log.error('a file of alerts cannot be packed', { file: segment.name, why: messageOf(error), kept: 'undeliverable' })
      await spool.setAside(segment)
      return undefined
    }
  }

  const pump = async (): Promise<void> => {
    again = true
    if (pumping) return
    pumping = true
    while (again && !stopped) {
      again = false
      try {
        await refill('urgent')
        if (inFlight < options.parallel) await refill('normal')
      } catch (error) {
        log.error('the spool cannot be read', { why: messageOf(error) })
        wakeAt(clock() + 1000)
      }
      while (inFlight < options.parallel) {
        const request = nextRequest([...jobs.urgent, ...jobs.normal], clock(), options)
        if (request.length === 0) break
        for (const { parcel } of request) jobs[parcel.lane] = jobs[parcel.lane].filter((job) => !request.includes(job))
        inFlight++
        void send(request).finally(() => {
          inFlight--
          void pump()
        })
      }
      const waiting = [...jobs.urgent, ...jobs.normal].map(({ notBeforeMs }) => notBeforeMs)
      if (waiting.length > 0 && inFlight < options.parallel) wakeAt(Math.min(...waiting))
    }
    pumping = false
    if (inFlight === 0 && spool.isEmpty()) whenIdle?.()
  }

  const wakeAt = (atMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void pump(), Math.max(1, atMs - clock()))
  }

  const send = async (request: readonly Job[]): Promise<void> => {
    const started = performance.now()
    const failures = new Map<number, CodedError>()
    try {
      for (const { index, error } of await queue.trySend(request.map(({ message }) => message))) failures.set(index, error)
    } catch (error) {
      const coded = error instanceof CodedError ? error : new CodedError('unavailable', messageOf(error), { cause: error })
      for (const index of request.keys()) failures.set(index, coded)
    }
    const bytes = request.reduce((sum, { message }) => sum + message.body.length, 0)
    observe.requested({ messages: request.length, bytes, milliseconds: performance.now() - started, failed: failures.size })
    if (failures.size < request.length) tell(undefined)
    for (const [index, job] of request.entries()) {
      const error = failures.get(index)
      if (error) retryLater(job, error, request.length)
      else await taken(job)
    }
  }

  /** Says once that the queue takes nothing, and once that it takes again. */
  const tell = (why: string | undefined): void => {
    observe.failed(why)
    if (why !== undefined && !failing) log.warn('the queue did not take a message: it is sent again until it does', { why })
    if (why === undefined && failing) log.info('the queue takes messages again')
    failing = why !== undefined
  }

  const retryLater = (job: Job, error: CodedError, together: number): void => {
    tell(error.message)
    job.attempts++
    if (error.code === 'invalid_input' && together > 1)
      job.alone = true // it may be another's fault
    else if (error.code === 'invalid_input' && job.attempts >= HOPELESS_ATTEMPTS) {
      log.error('the queue will never take this message', { file: job.parcel.segment.name, why: error.message, kept: 'undeliverable' })
      job.parcel.hopeless = true
      void taken(job)
      return
    }
    job.notBeforeMs = clock() + backoffMs(job.attempts, random())
    jobs[job.parcel.lane].push(job)
  }

  /** The message is out of our hands; with its last one, so is the file. */
  const taken = async ({ parcel }: Job): Promise<void> => {
    held[parcel.lane]--
    parcel.left--
    if (parcel.left > 0) return
    try {
      if (parcel.hopeless) return await spool.setAside(parcel.segment)
      await spool.remove(parcel.segment)
      observe.delivered(parcel.alerts, parcel.segment.firstMs)
    } catch (error) {
      // It will be sent again after a restart, and recognised: its alerts and its batches have the same ids.
      log.error('a file that was sent cannot be removed', { file: parcel.segment.name, why: messageOf(error) })
    }
  }

  spool.onReady(() => void pump())
  void pump()
  return {
    drain: async (untilMs) => {
      await spool.hurry()
      const { promise, resolve } = Promise.withResolvers<boolean>()
      whenIdle = () => resolve(true)
      const timeUp = setTimeout(() => resolve(false), Math.max(0, untilMs - clock()))
      void pump()
      const all = await promise
      clearTimeout(timeUp)
      stopped = true
      clearTimeout(timer)
      return all
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type MessageSize, messageBytes } from '../../lib/batch/batch.ts'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Clock, Log } from '../../lib/port/log.ts'
import type { BatchSender } from '../../lib/port/queue.ts'
import { backoffMs } from '../backoff.ts'
import type { Spool } from '../spool/spool.ts'
import { createOutbox, type OutboxPorts } from './outbox.ts'
import type { Job } from './request.ts'

/** How often a message is offered that the queue says it can never take, before it is set aside. */
const HOPELESS_FAULTS = 5
/** An outage is said when it begins, and then as often as this. */
const SAY_AGAIN_MS = 60_000
/** Requests that are under way when a drain's time is up get so long to end. */
const LAST_REQUESTS_MS = 1000

export type SenderPorts = {
  readonly spool: Spool
  readonly queue: BatchSender
  readonly observe: SenderObserver
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly log: Log
}

/** What the sender tells of its doings, for metrics and health. `failed`: why the queue did not take something; undefined: it did. */
export type SenderObserver = Pick<OutboxPorts, 'packed' | 'delivered'> & {
  readonly requested: (request: RequestSeen) => void
  readonly failed: (why: string | undefined) => void
}

/** `bytes`: of the messages together, as SQS counts them. `failed`: how many of them were not taken. */
export type RequestSeen = { readonly messages: number; readonly bytes: number; readonly milliseconds: number; readonly failed: number }

/** `requestBytes`: what all messages of a request may have together. `parallel`: requests at a time. */
export type SenderOptions = MessageSize & { readonly requestBytes: number; readonly parallel: number }

export type Sender = {
  /** Sends what is on disk, until nothing is left or the time is up. What is left is sent by the next run. Resolves to whether all was sent. */
  readonly drain: (withinMs: number) => Promise<boolean>
}

/** Empties the spool into the queue: up to ten messages a request, several requests at a time, urgent ones first. What the queue did not take is
 *  sent again by itself, after a growing, random wait; a file goes when all of it was taken. */
export function startSender({ spool, queue, observe, clock, random, log }: SenderPorts, options: SenderOptions): Sender {
  const outbox = createOutbox({ spool, ...observe, clock, log }, options)
  const tell = outageTeller(observe, clock, log)
  const inFlight = new Set<Promise<void>>()
  let pumping = false
  let again = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let whenIdle: (() => void) | undefined

  const pump = async (): Promise<void> => {
    again = true
    if (pumping) return
    pumping = true
    while (again && !stopped) {
      again = false
      await outbox.refill()
      while (inFlight.size < options.parallel && !stopped) {
        const request = outbox.next()
        if (request.length === 0) break
        const sending = send(request).finally(() => {
          inFlight.delete(sending)
          void pump()
        })
        inFlight.add(sending)
      }
    }
    pumping = false
    clearTimeout(timer)
    const nextMs = outbox.nextMs()
    if (nextMs !== undefined && inFlight.size < options.parallel && !stopped) {
      timer = setTimeout(() => void pump(), Math.max(1, nextMs - clock()))
    }
    if (inFlight.size === 0 && spool.isEmpty()) whenIdle?.()
  }

  const send = async (request: readonly Job[]): Promise<void> => {
    const started = performance.now()
    const failures = await failuresOf(request)
    const bytes = request.reduce((sum, { message }) => sum + messageBytes(message), 0)
    observe.requested({ messages: request.length, bytes, milliseconds: performance.now() - started, failed: failures.size })
    if (failures.size < request.length) tell(undefined)
    for (const [index, job] of request.entries()) {
      const error = failures.get(index)
      await (error ? retry(job, error, request.length) : outbox.settle(job))
    }
  }

  const failuresOf = async (request: readonly Job[]): Promise<ReadonlyMap<number, CodedError>> => {
    try {
      const untaken = await queue.trySend(request.map(({ message }) => message))
      return new Map(untaken.map(({ index, error }) => [index, error]))
    } catch (error) {
      const coded = error instanceof CodedError ? error : new CodedError('unavailable', messageOf(error), { cause: error })
      return new Map(request.map((_, index) => [index, coded]))
    }
  }

  const retry = async (job: Job, error: CodedError, together: number): Promise<void> => {
    tell(error.message)
    job.attempts++
    if (error.code === 'invalid_input' && together === 1) job.faults++
    if (error.code === 'invalid_input') job.alone = true // it may be another's fault
    if (job.faults < HOPELESS_FAULTS) return outbox.later(job, clock() + backoffMs(job.attempts, random()))
    log.error('the queue will never take this message', { file: job.parcel.segment.name, why: error.message, kept: 'undeliverable' })
    await outbox.settle(job, true)
  }

  spool.onReady(() => void pump())
  void pump()
  return {
    drain: async (withinMs) => {
      await spool.hurry()
      const { promise, resolve } = Promise.withResolvers<void>()
      whenIdle = resolve
      void pump()
      const time = new AbortController()
      await Promise.race([promise, sleep(Math.max(0, withinMs), undefined, { signal: time.signal }).catch(() => undefined)])
      stopped = true
      clearTimeout(timer)
      await Promise.race([Promise.all(inFlight), sleep(LAST_REQUESTS_MS, undefined, { signal: time.signal }).catch(() => undefined)])
      time.abort()
      return spool.isEmpty()
    },
  }
}

/** Says that the queue takes nothing when that begins, every minute while it lasts, and when it is over. */
function outageTeller({ failed }: Pick<SenderObserver, 'failed'>, clock: Clock, log: Log): (why: string | undefined) => void {
  let saidMs: number | undefined
  return (why) => {
    failed(why)
    if (why === undefined) {
      if (saidMs !== undefined) log.info('the queue takes messages again')
      saidMs = undefined
    } else if (saidMs === undefined || clock() - saidMs >= SAY_AGAIN_MS) {
      log.warn('the queue did not take a message: it is sent again until it does', { why })
      saidMs = clock()
    }
  }
}

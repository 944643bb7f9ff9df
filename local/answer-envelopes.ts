import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../lib/error.ts'
import type { Log } from '../lib/port/log.ts'
import type { Envelope } from '../lib/port/slack-socket.ts'

/** What came of a payload; `body` is what Slack is to show or do. */
type Taken = { readonly outcome: string; readonly body?: object }
/** What takes a payload, its transport being authenticated. */
export type Take = (payload: unknown) => Promise<Taken>

/** `tellLate`: tells the person in another way what came of a payload that was acknowledged before it was taken; undefined: taking it failed. */
export type EnvelopePorts = {
  readonly take: Readonly<Record<Envelope['kind'], Take>>
  readonly tellLate: (payload: unknown, taken: Taken | undefined) => Promise<void>
  readonly log: Log
}

const REMEMBERED = 1000
/** What is said in the place of an answer that is not there in time. */
const LATE: Readonly<Record<Envelope['kind'], object | undefined>> = {
  interactive: undefined,
  slash_commands: {
    response_type: 'ephemeral',
    text: 'This takes longer than Slack waits for an answer. It goes on, and the answer comes here.',
  },
}

/** Answers each envelope once, within the time that Slack waits. One that comes again while it is remembered gets the same answer, and its
 *  payload is not taken again; one whose taking failed is not answered at all, so that Slack says so, or sends it again. What takes longer than
 *  that is acknowledged, and told in another way when it is there. */
export function answerEnvelopes({ take, tellLate, log }: EnvelopePorts, ackWithinMs: number) {
  const remembered = new Map<string, Promise<Taken>>()
  const taking = new Set<Promise<unknown>>()
  const answering = new Set<Promise<unknown>>()
  const telling = new Set<Promise<unknown>>()

  const takeOnce = ({ id, kind, payload }: Envelope): Promise<Taken> => {
    const known = remembered.get(id)
    if (known) return known
    const [oldest] = remembered.keys()
    if (oldest !== undefined && remembered.size >= REMEMBERED) remembered.delete(oldest)
    const taken = Promise.resolve().then(() => take[kind](payload))
    remembered.set(id, taken)
    keep(taking, taken).catch((error: unknown) => {
      remembered.delete(id)
      log.error('Slack socket: what came failed', { kind, why: messageOf(error) })
    })
    return taken
  }

  const answer = async (envelope: Envelope): Promise<void> => {
    const { kind, payload } = envelope
    const decided = new AbortController()
    const late = sleep(ackWithinMs, 'late' as const, { signal: decided.signal })
    late.catch(() => undefined)
    const taking = takeOnce(envelope)
    const taken = await Promise.race([taking, late]).finally(() => decided.abort())
    if (taken === 'late') log.warn('Slack socket: acknowledged before it was done', { kind })
    const acknowledged = envelope
      .answer(taken === 'late' ? LATE[kind] : taken.body)
      .catch((error: unknown) => log.warn('Slack socket: not acknowledged', { kind, why: messageOf(error) }))
    if (taken === 'late') keep(telling, tellAfter(taking, payload)).catch(() => undefined)
    await acknowledged
  }

  /** Slack shows nothing of it any more: a dialog is closed as if all went well. */
  const tellAfter = async (taking: Promise<Taken>, payload: unknown): Promise<void> => {
    const taken = await taking.catch(() => undefined)
    await tellLate(payload, taken).catch((error: unknown) => log.error('Slack socket: person not told', { why: messageOf(error) }))
  }

  return {
    take: (envelope: Envelope): void => void keep(answering, answer(envelope)).catch(() => undefined), // a failure is logged where it is one
    /** When what has come so far is acknowledged, or will not be. */
    acknowledged: async (): Promise<void> => void (await Promise.allSettled(answering)),
    /** When all of it is done. */
    settled: async (): Promise<void> => {
      await Promise.allSettled([...answering, ...taking])
      await Promise.allSettled(telling)
    },
  }
}

function keep<T>(set: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  set.add(promise)
  const forget = () => void set.delete(promise)
  promise.then(forget, forget)
  return promise
}

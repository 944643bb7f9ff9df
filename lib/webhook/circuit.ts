import * as z from 'zod'
import { contentHash } from '../detection/id.ts'
import { CodedError, messageOf } from '../error.ts'
import type { Clock, Log } from '../port/log.ts'
import { type Store, update } from '../port/store.ts'

/** A route whose destination gives no answer. `lost`: marks of the incidents whose requests had none since the last answer, each once; `waits`: how often
 *  its deliveries were made to wait since; `nextMs`: nothing is sent before (Unix ms), 0 where it has not come to that. */
const Silence = z.object({ lost: z.array(z.string()), waits: z.number().int(), nextMs: z.number().int() })
type Silence = z.infer<typeof Silence>

/** `heldUntilMs`: until when (Unix ms) nothing is to be sent; undefined: it may be. Of many that come after a wait one goes on, and the others look again
 *  in half a minute. `through` sends, and keeps whether there was an answer, whatever it was. */
export type Circuit = {
  readonly heldUntilMs: () => Promise<number | undefined>
  readonly through: <T>(send: () => Promise<T>) => Promise<T>
}

export type CircuitPorts = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** The deliveries of the route begin to wait. */
  readonly onSilent: (error: CodedError) => Promise<void>
}

/** So many incidents in a row: of one alone it may be what it says that is not answered, and that must not hold up others. */
const MOST_LOST = 3
const MINUTE_MS = 60_000
/** After the first, second, … time. */
const WAITS_MS = [1, 5, 15].map((minutes) => minutes * MINUTE_MS)
const LONGEST_MS = 15 * MINUTE_MS
/** Longer than the two requests of a step take. */
const TRYING_MS = 30_000
const ANSWERS: Silence = { lost: [], waits: 0, nextMs: 0 }

/** What does not answer is not asked for each incident anew: each request would hold up others for as long as it is waited for. After three incidents that had no
 *  answer the route's deliveries wait for 1, 5, 15 minutes and then every 15; one of them tries. */
export function circuit({ incident, route }: { readonly incident: string; readonly route: string }, ports: CircuitPorts): Circuit {
  const { store, clock, log } = ports
  const key = { pk: 'delivery', sk: `circuit#${contentHash(route, 22)}` }
  let isTry = false
  let isKnown = false
  const change = (how: (now: Silence) => Silence | undefined) => update(store, key, Silence, (now = ANSWERS) => how(now))
  const answered = async (): Promise<void> => {
    if (!isKnown) return
    await change(({ nextMs }) => (nextMs > clock() && !isTry ? undefined : ANSWERS))
    isTry = false
    isKnown = false
  }
  const lost = async (error: CodedError): Promise<void> => {
    let isNew = false
    const mark = contentHash(incident, 12)
    await change((now): Silence | undefined => {
      isNew = false
      if (now.nextMs > 0 && !isTry) return undefined // it waits by now
      const all = [...new Set([...now.lost, mark])]
      if (!isTry && all.length < MOST_LOST) return { ...now, lost: all }
      isNew = !isTry
      return { lost: all.slice(0, MOST_LOST), waits: now.waits + 1, nextMs: clock() + (WAITS_MS[now.waits] ?? LONGEST_MS) }
    })
    isTry = false
    isKnown = true
    if (isNew) await ports.onSilent(error)
  }
  const noted = (work: Promise<void>) => work.catch((error) => log.warn('not noted', { route, why: messageOf(error) }))
  return {
    heldUntilMs: async () => {
      let untilMs: number | undefined
      await change((now): Silence | undefined => {
        const nowMs = clock()
        untilMs = now.nextMs > nowMs ? now.nextMs : undefined
        isTry = now.nextMs > 0 && untilMs === undefined
        isKnown = isTry || now.lost.length > 0
        return isTry ? { ...now, nextMs: nowMs + TRYING_MS } : undefined
      })
      return untilMs
    },
    through: async (send) => {
      const result = await send().catch(async (error) => {
        if (error instanceof CodedError && error.code === 'unavailable') await noted(lost(error))
        throw error
      })
      await noted(answered())
      return result
    },
  }
}

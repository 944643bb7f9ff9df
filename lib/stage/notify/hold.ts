import * as z from 'zod'
import { CodedError } from '../../error.ts'
import type { Clock } from '../../port/log.ts'
import { type ItemKey, parseData, type Store, update } from '../../port/store.ts'

/** How far one message in one channel has got. `sinceMs`: a post was begun then (Unix ms), and its answer is not known. `shown`: what it shows,
 *  as a hash; not there while that may be changing. `turn`: how often it had to be posted anew. `told`: the replies in its thread, as hashes, in their order;
 *  `telling`: one whose answer is not known. `digest`: where the incident is told instead, and how severe it was then. `lease`: who is at it. */
export const MessageState = z.object({
  sinceMs: z.number().int().optional(),
  posted: z.object({ channel: z.string(), ts: z.string() }).optional(),
  shown: z.string().optional(),
  turn: z.number().int().default(0),
  told: z.array(z.string()).default([]),
  telling: z.object({ reply: z.string(), sinceMs: z.number().int(), thread: z.string() }).optional(),
  digest: z.object({ id: z.string(), severity: z.number().int() }).optional(),
  lease: z.object({ by: z.string(), untilMs: z.number().int() }).optional(),
})
export type MessageState = z.infer<typeof MessageState>

/** What was read of it, before that which it is to show was. */
export type Seen = { readonly key: ItemKey; readonly state: MessageState; readonly version: number | 'absent' }

/** `state`: as it will be written, at the latest at the end. `save` writes it now: what must be known should this process die. */
export type Held = { state: MessageState; readonly save: () => Promise<void> }

export type HoldPorts = { readonly store: Store; readonly random: () => string; readonly clock: Clock }

/** Longer than one process is ever at one message: the functions' time-out is half of it. */
const LEASE_MS = 60_000

export async function seenOf(store: Store, key: ItemKey): Promise<Seen> {
  const item = await store.get(key.pk, key.sk)
  return { key, state: item ? parseData(MessageState, item) : { turn: 0, told: [] }, version: item?.version ?? 'absent' }
}

/** Does the work while nobody else is at this message, from `begin` on. Whoever was at it since it was `seen`, or still is, has shown, or will show, what is
 *  older or newer than what this one has: that is a `conflict`, to be done again from the beginning. What the work leaves in `state` is kept also
 *  where it throws; a process that dies is waited for for a minute. */
export async function holding(
  seen: Seen,
  begin: MessageState,
  { store, random, clock }: HoldPorts,
  work: (held: Held) => Promise<void>,
): Promise<void> {
  const leftMs = (seen.state.lease?.untilMs ?? 0) - clock()
  if (leftMs > 0) throw busy(Math.ceil(leftMs / 1000))
  const lease = { by: random(), untilMs: clock() + LEASE_MS }
  let version = seen.version
  const write = async (data: MessageState): Promise<void> => {
    if (!(await store.put({ ...seen.key, data }, version))) throw busy(1)
    version = version === 'absent' ? 1 : version + 1
  }
  const held: Held = { state: begin, save: () => write({ ...held.state, lease }) }
  try {
    await held.save()
    await work(held)
    await write(unleased(held.state))
  } catch (error) {
    await update(store, seen.key, MessageState, (now) => (now?.lease?.by === lease.by ? unleased(held.state) : undefined)).catch(
      () => undefined, // it lapses by itself
    )
    throw error
  }
}

function unleased({ lease: _over, ...state }: MessageState): MessageState {
  return state
}

function busy(retryAfterSeconds: number): CodedError {
  return new CodedError('conflict', 'notify: another process is at this message', { retryAfterSeconds })
}

import * as z from 'zod'
import { contentHash } from '../../detection/id.ts'
import { type Store, update } from '../../port/store.ts'

/** How many new messages a channel takes a minute, and how many more of those that cannot wait. */
export type Pace = { readonly perMinute: number; readonly reserve: number }

/** Slack takes about one message a second in a channel, replies and edits of others included. Twenty leave room for these, and are more than anybody
 *  reads in a minute; ten more are for what is critical or asks for approval. */
export const PACE: Pace = { perMinute: 20, reserve: 10 }
/** The setting of it: how many a minute, 1 to 50. */
export const MessagesAMinute = z.coerce
  .number()
  .int()
  .min(1)
  .max(50)
  .default(PACE.perMinute)
  .transform((perMinute): Pace => ({ ...PACE, perMinute }))

/** Replies in the threads of a channel, a minute. */
export const REPLIES_A_MINUTE = 20

const MINUTE_MS = 60_000
const Taken = z.object({ taken: z.array(z.object({ by: z.string(), atMs: z.number().int() })) })

/** Takes one of the places of the minute that ends now; false where `most` are taken. Who has one has it, however often it asks. */
export async function takePlace(
  store: Store,
  { name, by, most }: { readonly name: string; readonly by: string; readonly most: number },
  nowMs: number,
): Promise<boolean> {
  const mark = contentHash(by, 12)
  let has = false
  await update(store, { pk: 'chat', sk: `pace#${name}` }, Taken, (now): z.infer<typeof Taken> | undefined => {
    const taken = (now?.taken ?? []).filter(({ atMs }) => atMs > nowMs - MINUTE_MS)
    const known = taken.some((one) => one.by === mark)
    has = known || taken.length < most
    return has && !known ? { taken: [...taken, { by: mark, atMs: nowMs }] } : undefined
  })
  return has
}

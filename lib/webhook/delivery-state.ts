import * as z from 'zod'
import { CodedError } from '../error.ts'
import { incidentPartition } from '../incident/incident.ts'
import { parseData, type Store } from '../port/store.ts'

/** How far one destination of an incident has got. `begun`: the step that was begun and whose answer is not known, by when (Unix ms) it is held by who began it,
 *  and what is to be kept if it had arrived. `failed`: what (the id of what was to be shown) was refused, since when and last at which time. `laterMs`: it is
 *  set down for the sweep for then, and is not tried before. */
export const DeliveryState = z.object({
  kept: z.record(z.string(), z.string()).default({}),
  begun: z
    .object({
      name: z.string(),
      id: z.string(),
      sinceMs: z.number().int(),
      untilMs: z.number().int(),
      keeps: z.record(z.string(), z.string()),
    })
    .optional(),
  failed: z.object({ of: z.string(), sinceMs: z.number().int().default(0), atMs: z.number().int() }).optional(),
  laterMs: z.number().int().optional(),
})
export type DeliveryState = z.infer<typeof DeliveryState>

export const deliverySortKey = (route: string): string => `delivery#${route}`

/** A state, and what it takes to write the next one: the version that was read. */
export type Held = { readonly state: DeliveryState; readonly version: number }

export async function readDelivery(store: Store, incident: string, route: string): Promise<Held> {
  const item = await store.get(incidentPartition(incident), deliverySortKey(route))
  return item ? { state: parseData(DeliveryState, item), version: item.version } : { state: { kept: {} }, version: 0 }
}

/** Writes the next state over the one that was read. Throws `conflict` where another writer came between: of two, one goes on. */
export async function writeDelivery(
  store: Store,
  { incident, route, version }: { readonly incident: string; readonly route: string; readonly version: number },
  state: DeliveryState,
): Promise<Held> {
  const item = { pk: incidentPartition(incident), sk: deliverySortKey(route), data: state }
  if (await store.put(item, version === 0 ? 'absent' : version)) return { state, version: version + 1 }
  throw new CodedError('conflict', 'delivery: another delivery of the same incident on this route came between', { retryAfterSeconds: 2 })
}

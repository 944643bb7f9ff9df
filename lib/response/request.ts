import * as z from 'zod'
import { Nanoseconds } from '../detection/detection.ts'

/** The pod that an action is for, as the evidence names it. What the API server says of it must agree before anything is done. */
export const Target = z.object({
  cluster: z.string(),
  namespace: z.string(),
  pod: z.string(),
  uid: z.string().optional(),
  containerId: z.string().optional(),
  node: z.string().optional(),
  seenNs: Nanoseconds,
})
export type Target = z.infer<typeof Target>

/** Who wants it: a response from a rule file, a person by a button (`first`: who asked for it, where it takes two), or the sweep because time ran
 *  out. */
export const Requester = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('response'), name: z.string() }),
  z.object({ kind: z.literal('user'), id: z.string(), name: z.string(), first: z.object({ id: z.string(), name: z.string() }).optional() }),
  z.object({ kind: z.literal('sweep') }),
])
export type Requester = z.infer<typeof Requester>

/** One change to ask of the cluster: the message of the actions queue. `id` is a function of what is asked and why, so asking again
 *  is the same action. `expiresMs` (Unix ms): not to be begun after that. `dryRun`: only
 *  to say what would come of it. `reason`: why a person wants it. */
export const ActionRequest = z.object({
  id: z.string(),
  incident: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  target: Target,
  by: Requester,
  expiresMs: z.number().int(),
  reason: z.string().max(500).optional(),
  dryRun: z.boolean().optional(),
})
export type ActionRequest = z.infer<typeof ActionRequest>

/** `response "Contain …"`, `@name`, `@first, with @second`, `sweep`. */
export function requesterWords(by: Requester): string {
  if (by.kind === 'response') return `response "${by.name}"`
  if (by.kind === 'sweep') return 'sweep'
  return by.first ? `@${by.first.name}, with @${by.name}` : `@${by.name}`
}

/** The people's ids, in the order of the words; undefined where it was no person. */
export function requesterIds(by: Requester): string | undefined {
  if (by.kind !== 'user') return undefined
  return by.first ? `${by.first.id}, ${by.id}` : by.id
}

/** The part of a journal line that says who wants it. */
export function byRequester(by: Requester): { readonly by: string; readonly byId?: string } {
  const byId = requesterIds(by)
  return { by: requesterWords(by), ...(byId === undefined ? {} : { byId }) }
}

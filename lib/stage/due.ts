import * as z from 'zod'
import type { Store } from '../port/store.ts'
import { ActionRequest } from '../response/request.ts'
import { DecisionToTake } from './messages.ts'

/** After how long without news an incident is closed. */
export const QUIET_MS = 24 * 3600_000

/** What the sweep has to do at a time. `undo`: send this release until the action is undone. `finish`: send an action again that was begun
 *  and has no outcome. `follow`: make sure that a press was followed by its action. `expire`: note that an approval ran out.
 *  `close`: close an incident that has been quiet. `tell`: show what has come to an incident since it was last shown.
 *  `digest`: bring a channel's digest up to date. `deliver`: bring a webhook or an export up to date. `decide`: decide what of a correlation had to wait. */
export const Due = z.discriminatedUnion('do', [
  z.object({ do: z.literal('undo'), action: z.string(), request: ActionRequest }),
  z.object({ do: z.literal('finish'), request: ActionRequest }),
  z.object({ do: z.literal('follow'), nonce: z.string() }),
  z.object({ do: z.literal('expire'), incident: z.string(), plan: z.string() }),
  z.object({ do: z.literal('close'), incident: z.string() }),
  z.object({ do: z.literal('tell'), incident: z.string() }),
  z.object({ do: z.literal('digest'), channel: z.string() }),
  z.object({ do: z.literal('deliver'), incident: z.string(), route: z.string() }),
  z.object({ do: z.literal('decide'), decisions: z.array(DecisionToTake) }),
])
export type Due = z.infer<typeof Due>

/** What changes the cluster does not wait behind what only changes a message, nor that behind decisions. */
const PARTITIONS = ['due#cluster', 'due#chat', 'due#decide'] as const
const CHAT: ReadonlySet<Due['do']> = new Set(['expire', 'close', 'tell', 'digest', 'deliver'])
const partitionOf = ({ do: kind }: Due): string => PARTITIONS[kind === 'decide' ? 2 : CHAT.has(kind) ? 1 : 0]
const BATCH = 200

/** Sets something down for `atMs` (Unix ms). `id` makes it once: the same id and time again changes nothing. */
export async function setDue(store: Store, atMs: number, id: string, due: Due): Promise<void> {
  await store.put({ pk: partitionOf(due), sk: `${sortable(atMs)}#${id}`, data: due }, 'absent')
}

/** When the next decision that waits is due (Unix ms); undefined: none waits. */
export async function nextDecisionMs(store: Store): Promise<number | undefined> {
  const [first] = await store.query(PARTITIONS[2], { limit: 1 })
  return first && Number(first.sk.slice(0, 15))
}

/** One thing that is due; undefined where what stands there cannot be read. `place`: its id and time, which no other has. `done` takes it off the
 *  list: call it after it was handed on. */
export type Taken = { readonly due: Due | undefined; readonly id: string; readonly place: string; readonly done: () => Promise<void> }

/** What is due at `nowMs`, what changes the cluster first, the oldest of each kind first, 200 of each at the most. */
export async function takeDue(store: Store, nowMs: number): Promise<readonly Taken[]> {
  const lists = await Promise.all(PARTITIONS.map((pk) => store.query(pk, { to: `${sortable(nowMs)}~`, limit: BATCH })))
  return lists.flat().map(({ pk, sk, data }) => {
    return { due: Due.safeParse(data).data, id: sk.slice(16), place: sk, done: () => store.remove(pk, sk) }
  })
}

function sortable(ms: number): string {
  return String(ms).padStart(15, '0')
}

import * as z from 'zod'
import type { Store } from '../port/store.ts'
import { ActionRequest } from '../response/request.ts'

/** What the sweep has to do at a time: send a request (an undo), make sure that a press was followed by its action, note that an approval
 *  ran out, or close an incident that has been quiet. */
export const Due = z.discriminatedUnion('do', [
  z.object({ do: z.literal('request'), request: ActionRequest }),
  z.object({ do: z.literal('close'), incident: z.string() }),
  z.object({ do: z.literal('follow'), nonce: z.string() }),
  z.object({ do: z.literal('expire'), incident: z.string(), plan: z.string() }),
])
export type Due = z.infer<typeof Due>

const PARTITION = 'due'

/** Sets something down for `atMs` (Unix ms). `id` makes it once: the same id and time again changes nothing. */
export async function setDue(store: Store, atMs: number, id: string, due: Due): Promise<void> {
  await store.put({ pk: PARTITION, sk: `${String(atMs).padStart(15, '0')}#${id}`, data: due }, 'absent')
}

/** What is due at `nowMs`, oldest first. `done` takes it off the list: call it after what was due has been handed on. */
export async function takeDue(
  store: Store,
  nowMs: number,
): Promise<readonly { readonly due: Due; readonly atMs: number; readonly done: () => Promise<void> }[]> {
  const items = await store.query(PARTITION, { to: `${String(nowMs).padStart(15, '0')}~`, limit: 200 })
  return items.map(({ pk, sk, data }) => ({ due: Due.parse(data), atMs: Number(sk.slice(0, 15)), done: () => store.remove(pk, sk) }))
}

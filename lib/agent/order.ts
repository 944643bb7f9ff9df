import type { KeyObject } from 'node:crypto'
import * as z from 'zod'
import type { OutgoingMessage } from '../port/queue.ts'
import { ActionRecord } from '../response/record.ts'
import { ActionRequest } from '../response/request.ts'
import { type Dialect, seal } from './signed.ts'

/** How long an order holds. As long as that may an action still be begun after the kill switch was set. */
export const ORDER_MS = 60_000

/** What the agent in a cluster is told to do, once however often it is told. `records`: what is known of this action if it was begun before, and of those that a release
 *  is to undo. `issuedMs` to `expiresMs` (Unix ms): when it holds. */
export const Order = z.object({
  kind: z.literal('order/1'),
  cluster: z.string().min(1).max(200),
  request: ActionRequest,
  records: z.array(ActionRecord).max(21),
  issuedMs: z.number().int().nonnegative(),
  expiresMs: z.number().int().nonnegative(),
})
export type Order = z.infer<typeof Order>

export const ORDER: Dialect<Order> = { kind: 'order/1', schema: Order }

/** The attribute that says what a message is, and the one by which an agent keeps the order of an incident's messages. */
export const SCHEMA = 'creance.schema'
export const GROUP = 'creance.group'

/** For a FIFO queue, in which one incident's orders are carried out one after the other; a plain queue will do, with less order. */
export function orderMessage(order: Order, key: KeyObject): OutgoingMessage {
  const { id, incident } = order.request
  return {
    body: seal(order, key),
    attributes: { [SCHEMA]: order.kind, [GROUP]: incident },
    group: incident,
    dedup: `${id}-${order.issuedMs}`,
  }
}

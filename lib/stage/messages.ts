import * as z from 'zod'
import type { OutgoingMessage } from '../port/queue.ts'
import { ActionRequest } from '../response/request.ts'

/** The message of the incidents queue: this incident changed. */
export const IncidentMessage = z.object({ incident: z.string() })
export type IncidentMessage = z.infer<typeof IncidentMessage>

/** The message of the messages queue: bring the incident's message up to date wherever it is told (`pressed`: in this channel it was pressed, and may show another
 *  thing than is known of it); or one destination of it, by its route's name; or the digest
 *  of a channel; or tell one person something; or read anew who is in the user groups that permissions name. */
export const NoticeMessage = z.union([
  z.object({ incident: z.string(), pressed: z.string().optional() }),
  z.object({ deliver: z.object({ incident: z.string(), route: z.string() }) }),
  z.object({ digest: z.object({ channel: z.string() }) }),
  z.object({ refresh: z.literal('user_groups') }),
  z.object({ tell: z.object({ channel: z.string(), user: z.string(), text: z.string() }) }),
])
export type NoticeMessage = z.infer<typeof NoticeMessage>

/** The message of the actions queue: what one response calls for on one target, to be done in this order. */
export const ActionsMessage = z.object({ requests: z.array(ActionRequest).min(1).max(20) })
export type ActionsMessage = z.infer<typeof ActionsMessage>

/** What of a correlation had to wait, and for which group: the points between two times (nanoseconds, both included). */
export const DecisionToTake = z.object({
  correlation: z.string(),
  group: z.array(z.string()),
  fromNs: z.string().regex(/^\d{1,19}$/),
  toNs: z.string().regex(/^\d{1,19}$/),
})
export type DecisionToTake = z.infer<typeof DecisionToTake>

/** The attribute `creance.schema` of a message of the detections queue that has decisions and no batch. */
export const DECIDE_SCHEMA = 'decide/1'
export const DecideMessage = z.object({ decide: z.array(DecisionToTake).min(1).max(100) })

export function decideMessage(decide: readonly DecisionToTake[]): OutgoingMessage {
  return { body: JSON.stringify({ decide }), attributes: { 'creance.schema': DECIDE_SCHEMA } }
}

export function actionsMessage(requests: readonly ActionRequest[]): OutgoingMessage {
  return { body: JSON.stringify({ requests }) }
}

/** The message that asks for the incident's chat message to be brought up to date. `why` is new for each change, and the same when the
 *  change is made known again. `pressed`: the channel in which the buttons were taken away from the message. */
export function noticeMessage(incident: string, why: string, pressed?: string): OutgoingMessage {
  return { body: JSON.stringify({ incident, pressed }), group: incident, dedup: `${incident}-${why}` }
}

/** A JSON queue body read by its schema. Throws (ZodError, SyntaxError) where it is another's. */
export function readBody<T>(body: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(body))
}

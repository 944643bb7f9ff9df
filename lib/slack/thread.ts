import type { ChatMessage } from '../port/chat.ts'
import type { IncidentView } from '../response/view.ts'

/** A reply in the thread of an incident's message. `key` is a function of what it tells, so that it is posted once. */
export type Reply = { readonly key: string; readonly message: ChatMessage }

/** All that has been told of the incident in its thread, or is to be, oldest first; pure. */
export function threadReplies(_view: IncidentView): readonly Reply[] {
  return []
}

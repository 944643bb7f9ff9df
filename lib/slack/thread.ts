import type { ChatMessage } from '../port/chat.ts'
import type { IncidentView } from '../response/view.ts'
import { contextReplies } from './thread-context.ts'
import { outcomeReplies } from './thread-outcomes.ts'
import { peopleReplies } from './thread-people.ts'
import { storyReplies } from './thread-story.ts'
import { LAST_MS, type Told } from './told.ts'

/** A reply in the thread of an incident's message. `key` is a function of what it tells, so that it is posted once. */
export type Reply = { readonly key: string; readonly message: ChatMessage }

/** A thread of more is read by nobody. */
const MOST_REPLIES = 150

/** All that has been told of the incident in its thread, or is to be, in the order in which it happened; pure. What its state no longer holds (an action's outcome
 *  before it was undone) is no longer among them: a reply is posted when its key is new, and is never edited or taken back. */
export function threadReplies(view: IncidentView): readonly Reply[] {
  const told: readonly Told[] = [...storyReplies(view), ...contextReplies(view), ...outcomeReplies(view), ...peopleReplies(view)]
  const inOrder = told.toSorted((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const keys = new Set<string>()
  const once = inOrder.filter(({ key }) => !keys.has(key) && keys.add(key))
  const last = once.slice(MOST_REPLIES).filter(({ atMs }) => atMs === LAST_MS) // that it is closed is told whatever came before
  return [...once.slice(0, MOST_REPLIES), ...last].map(({ key, message }) => ({ key, message }))
}

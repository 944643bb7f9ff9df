import { contentHash } from '../detection/id.ts'
import type { OutgoingMessage } from '../port/queue.ts'
import type { NoticeMessage } from './messages.ts'

/** The message that asks for one route's destination to be brought up to date. `state`: of what it is to be told; the same is sent once. */
export function deliverNotice(of: { readonly incident: string; readonly route: string }, state: string): OutgoingMessage {
  const route = contentHash(of.route, 22)
  return notice({ deliver: of }, `deliver-${route}-${of.incident}`, `deliver-${route}-${of.incident}-${state}`)
}

/** The message that asks for the digests of a channel to be shown. */
export function digestNotice(channel: string, why: string): OutgoingMessage {
  return notice({ digest: { channel } }, `digest-${channel}`, `digest-${channel}-${why}`)
}

/** The message that asks for the user groups to be read anew. */
export function groupsNotice(why: string): OutgoingMessage {
  return notice({ refresh: 'user_groups' }, 'user_groups', `user_groups-${why}`)
}

function notice(body: NoticeMessage, group: string, dedup: string): OutgoingMessage {
  return { body: JSON.stringify(body), group, dedup }
}

import * as z from 'zod'
import type { OutgoingMessage } from '../port/queue.ts'
import { parseData, read, type Store, update } from '../port/store.ts'
import type { Permission } from '../response/permission.ts'
import { groupsNotice } from './notices.ts'

/** What was read longer ago than this counts for nothing: who has left a group may press no longer than that. */
const FRESH_MS = 3600_000
/** How often it is read anew. */
const REFRESH_MS = 10 * 60_000
const PARTITION = 'user_groups'
const ASKED = { pk: PARTITION, sk: 'asked' }

/** Who was in a user group at `atMs` (Unix ms). */
const Membership = z.object({ members: z.array(z.string()), atMs: z.number().int() })
const Asked = z.object({ atMs: z.number().int() })

/** Which of these user groups the user is known to be in, by what Slack said within the last hour; none of those that nothing is known of. */
export async function groupsOf(store: Store, user: string, groups: readonly string[], nowMs: number): Promise<readonly string[]> {
  const items = await Promise.all(groups.map((group) => store.get(PARTITION, `group#${group}`)))
  return groups.filter((_group, at) => {
    const item = items[at]
    const known = item && parseData(Membership, item)
    return known !== undefined && nowMs - known.atMs <= FRESH_MS && known.members.includes(user)
  })
}

/** Keeps what Slack says of who is in the group. What was read later stands. */
export async function keepMembers(store: Store, group: string, members: readonly string[], atMs: number): Promise<void> {
  await update(store, { pk: PARTITION, sk: `group#${group}` }, Membership, (now) =>
    now && now.atMs > atMs ? undefined : { members: [...members], atMs },
  )
}

/** All user groups that permissions name, each once. */
export function userGroupsIn(permissions: readonly Permission[]): readonly string[] {
  return [...new Set(permissions.flatMap(({ slack }) => slack.user_groups))].sort()
}

/** Asks for the groups to be read anew, every ten minutes. `send` before it is noted: what is asked for twice does no harm. */
export async function askForMembers(
  store: Store,
  nowMs: number,
  send: (messages: readonly OutgoingMessage[]) => Promise<void>,
): Promise<void> {
  const asked = await read(store, ASKED, Asked)
  if (asked && nowMs - asked.atMs < REFRESH_MS) return
  await send([groupsNotice(String(nowMs))])
  await update(store, ASKED, Asked, () => ({ atMs: nowMs }))
}

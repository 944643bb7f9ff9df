import * as z from 'zod'
import { sender } from '../interaction.ts'
import { type SendSettings, sendInteraction } from '../send.ts'
import type { State } from '../state.ts'
import { findUser } from '../workspace.ts'
import { toSlackView } from './view.ts'

/** Somebody turns a modal away: with its button, which leads back to the view below, or as a whole (`all`). */
export const Closing = z.object({ user: z.string(), view_id: z.string(), all: z.boolean().default(false) })
export type Closing = z.infer<typeof Closing>

/** Closes at once, and tells the app of each view that asked for it (`notify_on_close`). False: this user has no such modal open. */
export async function closeView({ user: id, view_id, all }: Closing, state: State, settings: SendSettings): Promise<boolean> {
  const { workspace, views } = state
  const user = findUser(workspace, id)
  const opened = views.of(id).at(-1)
  if (!user || opened?.id !== view_id) return false
  const isCleared = all || opened.view.clear_on_close === true
  const closed = views.close(view_id, isCleared ? 'stack' : 'view')
  const told = closed.filter(({ view }) => view.notify_on_close)
  await Promise.all(
    told.map((one) =>
      sendInteraction(
        { type: 'view_closed', ...sender(user, workspace), view: toSlackView(one, workspace), is_cleared: isCleared },
        settings,
      ),
    ),
  )
  return true
}

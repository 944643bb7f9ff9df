import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Message } from './message.ts'
import type { Change } from './message-table.ts'
import type { State } from './state.ts'
import { toSlackView } from './view/view.ts'
import { channelOf, direct, findUser, mayRead, type User } from './workspace.ts'

const HEARTBEAT_MS = 20_000
const SHOWN_PER_CHANNEL = 200
/** A reader that falls behind by so many changes is cut off; it comes back by itself and starts from a fresh `hello`. */
const MAX_BEHIND = 500

type Event = { readonly event: 'change'; readonly data: Change } | { readonly event: 'views'; readonly data: readonly unknown[] }

/** Server-sent events for the page, as seen by `?user=` (the first user, when there is no such): one `hello` with the workspace, the newest
 *  messages and this user's open modals, then a `change` for each message that they may see, and all their `views` whenever one changes. */
export function serveLive(context: Context, state: State): Response {
  const { messages, workspace, views } = state
  const user = findUser(workspace, context.req.query('user')) ?? workspace.users[0]
  const sees = ({ onlyFor, channel }: Message) =>
    (onlyFor === undefined || onlyFor === user?.id) && mayRead(channelOf(workspace, channel), user?.id)
  const open = () => views.of(user?.id ?? '').map((view) => toSlackView(view, workspace))
  return streamSSE(context, async (stream) => {
    const pending: Event[] = []
    let wake: () => void = () => undefined
    const leaves = [
      messages.watch((change) => {
        if (sees(change.message)) pending.push({ event: 'change', data: change })
        wake()
      }),
      views.watch((whose) => {
        if (whose === user?.id) pending.push({ event: 'views', data: open() })
        wake()
      }),
    ]
    const stop = () => {
      for (const leave of leaves) leave()
    }
    stream.onAbort(() => {
      stop()
      wake()
    })
    const { domain, bot, channels, users, commands } = workspace
    const shown = user ? [...channels, direct(user)] : channels
    const about = { domain, bot: bot.name, channels: shown, users, commands, you: user?.id }
    const hello = { ...about, messages: recent(state, user).filter(sees), views: open() }
    await stream.writeSSE({ event: 'hello', data: JSON.stringify(hello) })
    while (!stream.aborted && pending.length < MAX_BEHIND) {
      const next = pending.shift()
      if (next) await stream.writeSSE({ event: next.event, data: JSON.stringify(next.data) })
      else if (!(await woken(HEARTBEAT_MS, (resolve) => (wake = resolve)))) await stream.write(': still here\n\n')
    }
    stop()
  })
}

/** Whether something happened within the time. */
function woken(milliseconds: number, onWake: (wake: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds)
    onWake(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

/** The newest messages with their replies, oldest first, of each channel and of what this user and the app say to each other. */
function recent({ workspace, messages }: State, user: User | undefined): Message[] {
  return [...workspace.channels, ...(user ? [direct(user)] : [])].flatMap(({ id }) => {
    const tail = messages.since(id, SHOWN_PER_CHANNEL)
    const roots = new Set(tail.filter(({ threadTs }) => threadTs === undefined).map(({ ts }) => ts))
    return tail.filter(({ ts, threadTs }) => roots.has(threadTs ?? ts))
  })
}

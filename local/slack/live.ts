import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Message } from './message.ts'
import type { Change } from './message-table.ts'
import type { State } from './state.ts'
import { findUser } from './workspace.ts'

const HEARTBEAT_MS = 20_000
const SHOWN_PER_CHANNEL = 200
/** A reader that falls behind by so many changes is cut off; it comes back by itself and starts from a fresh `hello`. */
const MAX_BEHIND = 500

/** Server-sent events for the page, as seen by `?user=` (the first user, when there is no such): one `hello` with the workspace and the
 *  newest messages, then a `change` for each message that this user may see. */
export function serveLive(context: Context, state: State): Response {
  const { messages, workspace } = state
  const user = findUser(workspace, context.req.query('user')) ?? workspace.users[0]
  const sees = ({ onlyFor }: Message) => onlyFor === undefined || onlyFor === user?.id
  return streamSSE(context, async (stream) => {
    const pending: Change[] = []
    let wake: () => void = () => undefined
    const stop = messages.watch((change) => {
      if (sees(change.message)) pending.push(change)
      wake()
    })
    stream.onAbort(() => {
      stop()
      wake()
    })
    const { domain, bot, channels, users } = workspace
    const hello = { domain, bot: bot.name, channels, users, you: user?.id, messages: recent(state).filter(sees) }
    await stream.writeSSE({ event: 'hello', data: JSON.stringify(hello) })
    while (!stream.aborted && pending.length < MAX_BEHIND) {
      const change = pending.shift()
      if (change) await stream.writeSSE({ event: 'change', data: JSON.stringify(change) })
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

/** Each channel's newest messages with their replies, oldest first. */
function recent({ workspace, messages }: State): Message[] {
  return workspace.channels.flatMap(({ id }) => {
    const tail = messages.since(id, SHOWN_PER_CHANNEL)
    const roots = new Set(tail.filter(({ threadTs }) => threadTs === undefined).map(({ ts }) => ts))
    return tail.filter(({ ts, threadTs }) => roots.has(threadTs ?? ts))
  })
}

import { contentHash } from '../../detection/id.ts'
import { CodedError, messageOf } from '../../error.ts'
import type { ChatMessage } from '../../port/chat.ts'
import type { Reply } from '../../slack/thread.ts'
import type { Held, MessageState } from './hold.ts'
import { REPLIES_A_MINUTE, takePlace } from './pace.ts'
import { plainly } from './plainly.ts'
import { isWithoutEffect, keyOf, type Showing, type ShowPorts } from './show.ts'

/** More are not posted in one thread. */
export const MOST_REPLIES = 50
/** So many at once; the others follow with the next sweep. */
const AT_ONCE = 10
const MINUTE_MS = 60_000

const markOf = ({ key }: Reply): string => contentHash(key, 12)

/** Whether nothing is left to be done for the reply: it was posted, or the thread is full. */
export function isTold({ told }: MessageState, reply: Reply): boolean {
  return told.length >= MOST_REPLIES || told.includes(markOf(reply))
}

/** Posts what is not in the thread yet, each once, in its order. Returns when (Unix ms) the rest may follow, where not all could. */
export async function postReplies(held: Held, showing: Showing, ports: ShowPorts): Promise<number | undefined> {
  const { channel, name, replies } = showing
  const { store, clock } = ports
  const waiting = replies.filter((reply) => !isTold(held.state, reply))
  // What became of one that was begun is found out first.
  const begun = waiting.filter((reply) => markOf(reply) === held.state.telling?.reply)
  const inOrder = [...begun, ...waiting.filter((reply) => !begun.includes(reply))]
  for (const [count, reply] of inOrder.entries()) {
    if (held.state.told.length >= MOST_REPLIES) return undefined
    if (count >= AT_ONCE) return clock()
    const place = { name: `replies#${channel}`, by: `${name} ${reply.key}`, most: REPLIES_A_MINUTE }
    if (!(await takePlace(store, place, clock()))) return clock() + MINUTE_MS
    await postReply(held, reply, showing, ports)
  }
  return undefined
}

async function postReply(held: Held, reply: Reply, showing: Showing, ports: ShowPorts): Promise<void> {
  const { name } = showing
  const { chat, clock, log } = ports
  const { posted, telling: before } = held.state
  if (!posted) return
  const mark = markOf(reply)
  const key = `${name}/${mark}`
  const isAgain = before?.reply === mark
  const telling = isAgain ? before : { reply: mark, sinceMs: clock(), thread: posted.ts }
  held.state = { ...held.state, telling }
  if (!isAgain) await held.save()
  try {
    const found = isAgain ? await chat.find(posted.channel, key, telling.sinceMs, telling.thread) : undefined
    const message = held.state.told.length === MOST_REPLIES - 1 ? asLast(reply.message) : reply.message
    if (!found) await plainly(message, (said) => chat.post(posted.channel, key, said, posted.ts), { log, of: key })
  } catch (error) {
    if (!isAgain && isWithoutEffect(error)) held.state = untelling(held.state)
    if (!(error instanceof CodedError && error.code === 'conflict')) throw error
    if (!(await isStillThere(held.state, showing, ports))) {
      // Whoever shows it next finds it gone, posts it anew, and then this.
      held.state = unshown(held.state)
      throw error
    }
    log.error('reply not taken by chat', { of: key, why: messageOf(error) })
  }
  held.state = { ...untelling(held.state), told: [...held.state.told, mark] }
}

/** A reply that is refused says nothing of the message: that it is gone is believed only when it cannot be edited either. Else it would be posted anew for
 *  every reply, and each time in vain. */
async function isStillThere({ posted, turn }: MessageState, { name, message }: Showing, { chat, log }: ShowPorts): Promise<boolean> {
  if (!posted) return false
  const key = keyOf(name, turn)
  return (await plainly(message, (said) => chat.update(posted, key, said), { log, of: key })) !== 'absent'
}

function unshown({ shown: _gone, ...state }: MessageState): MessageState {
  return state
}

function untelling({ telling: _known, ...state }: MessageState): MessageState {
  return state
}

function asLast(message: ChatMessage): ChatMessage {
  const text = `This is the last of ${MOST_REPLIES} replies; what else comes is shown in the message above.`
  const note = { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }
  return { ...message, blocks: [...message.blocks.slice(0, 49), note] }
}

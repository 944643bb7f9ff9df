import { contentId } from '../../detection/id.ts'
import { CodedError } from '../../error.ts'
import { type JournalLine, journal } from '../../incident/journal.ts'
import type { Chat, ChatMessage } from '../../port/chat.ts'
import type { Log } from '../../port/log.ts'
import { type ItemKey, type Store, update } from '../../port/store.ts'
import type { Reply } from '../../slack/thread.ts'
import { type Held, type HoldPorts, holding, MessageState, type Seen } from './hold.ts'
import { plainly } from './plainly.ts'
import { isTold, postReplies } from './replies.ts'

/** One message to be shown. `name`: it is found again by that; `shown`: what stands for what it says; `of`: what a line of the journal on it
 *  belongs to. */
export type Showing = {
  readonly seen: Seen
  readonly channel: string
  readonly name: string
  readonly message: ChatMessage
  readonly shown: string
  readonly replies: readonly Reply[]
  readonly of: Pick<JournalLine, 'incident'>
}
export type ShowPorts = HoldPorts & { readonly chat: Chat; readonly log: Log }

/** One message a name and channel, whatever fails: before a post its intent is written down, and when its answer was lost the channel is searched before it is
 *  posted again. One that was deleted, or can no longer be edited, is posted anew. Then the replies that are not in its thread yet, each
 *  once. Returns when (Unix ms) those should follow that had no room now. */
export async function show(showing: Showing, ports: ShowPorts): Promise<number | undefined> {
  const { seen, shown, replies } = showing
  const { state } = seen
  const isShown = state.posted !== undefined && state.shown === shown
  if (isShown && !state.lease && replies.every((reply) => isTold(state, reply))) return undefined
  const wasBegun = state.posted === undefined && state.sinceMs !== undefined
  const begin = state.posted ? (isShown ? state : changing(state)) : { ...state, sinceMs: state.sinceMs ?? ports.clock() }
  let laterMs: number | undefined
  await holding(seen, begin, ports, async (held) => {
    if (held.state.posted) await edit(held, showing, ports)
    if (!held.state.posted) await post(held, { isBegun: held.state.sinceMs !== undefined, wasBegun }, showing, ports)
    if (held.state.posted) laterMs = await postReplies(held, showing, ports)
  })
  return laterMs
}

/** Leaves the message without `posted` where it is no longer there to be edited. */
async function edit(held: Held, { name, message, shown, of }: Showing, { store, chat, clock, log }: ShowPorts): Promise<void> {
  const { posted, turn } = held.state
  if (!posted || held.state.shown === shown) return
  const key = keyOf(name, turn)
  const answer = await plainly(message, (said) => chat.update(posted, key, said), { log, of: key })
  if (answer === 'updated' || answer === 'refused') {
    held.state = { ...held.state, shown }
    return
  }
  const why = answer === 'absent' ? 'it was deleted' : 'the chat no longer lets it be edited'
  const id = `posted-anew-${contentId(name, posted.channel, posted.ts).slice(0, 32)}`
  await journal(store, { id, at: clock(), kind: 'delivery', what: `message in ${posted.channel}`, outcome: 'posted_anew', why, ...of })
  log.warn('message is posted anew', { key, channel: posted.channel, why })
  held.state = forgotten(held.state)
}

/** `isBegun`: that it is begun is written down; `wasBegun`: it was before, by one that did not hear what became of it. */
async function post(
  held: Held,
  { isBegun, wasBegun }: { readonly isBegun: boolean; readonly wasBegun: boolean },
  showing: Showing,
  ports: ShowPorts,
): Promise<void> {
  const { channel, name, message, shown } = showing
  const { chat, clock, log } = ports
  const key = keyOf(name, held.state.turn)
  if (!isBegun) {
    held.state = { ...held.state, sinceMs: clock() }
    await held.save()
  }
  const found = wasBegun ? await chat.find(channel, key, held.state.sinceMs ?? clock()) : undefined
  if (found) {
    held.state = { ...settled(held.state), posted: found }
    await edit(held, showing, ports)
    if (!held.state.posted) throw new CodedError('conflict', 'notify: the message went away', { retryAfterSeconds: 1 })
    return
  }
  try {
    const posted = await plainly(message, (said) => chat.post(channel, key, said), { log, of: key })
    held.state = posted === 'refused' ? settled(held.state) : { ...settled(held.state), posted, shown }
  } catch (error) {
    if (!wasBegun && isWithoutEffect(error)) held.state = settled(held.state)
    throw error
  }
  log.info('message posted', { key, channel })
}

/** What the message shows is not known any more: whatever is to be shown next is an edit, even if it was the last one. */
export async function forgetShown(store: Store, { pk, sk }: ItemKey): Promise<void> {
  await update(store, { pk, sk }, MessageState, (now) => (now?.shown === undefined ? undefined : changing(now)))
}

/** Whether what was asked for did certainly not happen. */
export function isWithoutEffect(error: unknown): boolean {
  return error instanceof CodedError && error.code !== 'unavailable'
}

/** To be posted anew, under another name: the old one must not be found. */
export function forgotten({ posted: _posted, shown: _shown, ...state }: MessageState): MessageState {
  return { ...state, turn: state.turn + 1 }
}

function settled({ sinceMs: _known, ...state }: MessageState): MessageState {
  return state
}

function changing({ shown: _changing, ...state }: MessageState): MessageState {
  return state
}

export function keyOf(name: string, turn: number): string {
  return turn === 0 ? name : `${name}~${turn}`
}

import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import { incidentPartition } from '../incident/incident.ts'
import type { Chat, ChatMessage, Posted } from '../port/chat.ts'
import type { Clock, Log } from '../port/log.ts'
import { read, type Store, update } from '../port/store.ts'
import { ensureOffer, raiseToTwo } from '../response/offer.ts'
import { noncesForTwo, wantedOffers } from '../response/offers.ts'
import { loadView } from '../response/view.ts'
import type { Route } from '../route/route.ts'
import { incidentMessage } from '../slack/blocks.ts'
import type { NoticeMessage } from './messages.ts'

export type NotifyPorts = {
  readonly chat: Chat
  readonly store: Store
  readonly routes: readonly Route[]
  /** 128 bits or more that nobody can guess, as `[A-Za-z0-9_-]`. */
  readonly random: () => string
  readonly clock: Clock
  readonly log: Log
}

/** How far the incident's message in one channel has got. Without `posted`: a post was begun at `sinceMs`, and its answer is not known. */
const MessageState = z.object({
  sinceMs: z.number(),
  posted: z.object({ channel: z.string(), ts: z.string() }).optional(),
  shown: z.string().optional(),
})
type MessageState = z.infer<typeof MessageState>

/** Brings the incident's message up to date in every channel that its routes name, from what the table holds now: a message that comes
 *  twice, late or merged with another shows the same. Or tells one person something. */
export async function notify(notice: NoticeMessage, ports: NotifyPorts): Promise<void> {
  if (!('tell' in notice) && !('incident' in notice)) return
  if ('tell' in notice) return ports.chat.tell(notice.tell.channel, notice.tell.user, notice.tell.text)
  const view = await loadView(ports.store, notice.incident)
  if (!view) throw new CodedError('invalid_input', `notify: there is no incident ${notice.incident.slice(0, 40)}`)
  const wanted = wantedOffers(view, ports.clock())
  for (const nonce of noncesForTwo(view)) await raiseToTwo(ports.store, nonce)
  const offers = []
  for (const offer of wanted) offers.push(await ensureOffer(ports.store, offer, ports.random))
  const message = incidentMessage(view, offers)
  const channels = new Set(
    ports.routes.filter(({ name }) => view.incident.routes.includes(name)).flatMap(({ slack }) => slack?.channel ?? slack?.user ?? []),
  )
  if (channels.size === 0) ports.log.warn('incident has no route', { incident: notice.incident })
  for (const channel of channels) await show(notice.incident, channel, message, ports)
}

/** One message a channel and incident. Before a post its intent is written down; when the answer to a post got lost, the channel is
 *  searched for it before posting again. */
async function show(incident: string, channel: string, message: ChatMessage, ports: NotifyPorts): Promise<void> {
  const { chat, store, clock, log } = ports
  const key = { pk: incidentPartition(incident), sk: `message#${channel}` }
  const shown = contentId(message)
  const state = await read(store, key, MessageState)
  if (state?.posted) {
    if (state.shown === shown) return
    if ((await chat.update(state.posted, incident, message)) === 'updated') {
      await remember(store, key, { ...state, shown })
      return
    }
    log.warn('message was deleted in chat, posting it again', { incident, channel })
  }
  const begun = state && !state.posted ? state : { sinceMs: clock() }
  if (begun !== state) await remember(store, key, begun)
  const found: Posted | undefined = begun === state ? await chat.find(channel, incident, begun.sinceMs) : undefined
  if (found) await chat.update(found, incident, message)
  const posted = found ?? (await chat.post(channel, incident, message))
  await remember(store, key, { ...begun, posted, shown })
  log.info('incident posted', { incident, channel })
}

async function remember(store: Store, key: { pk: string; sk: string }, state: MessageState): Promise<void> {
  await update(store, key, MessageState, () => state)
}

import { contentHash, contentId } from '../../detection/id.ts'
import { CodedError, messageOf } from '../../error.ts'
import { incidentPartition } from '../../incident/incident.ts'
import { inParallel } from '../../parallel.ts'
import type { ChatMessage } from '../../port/chat.ts'
import type { QueueSender } from '../../port/queue.ts'
import { parseData } from '../../port/store.ts'
import { ensureOffer, raiseToTwo } from '../../response/offer.ts'
import { noncesForTwo, wantedOffers } from '../../response/offers.ts'
import { type IncidentView, loadView } from '../../response/view.ts'
import type { Route } from '../../route/route.ts'
import { incidentMessage } from '../../slack/blocks.ts'
import { threadReplies } from '../../slack/thread.ts'
import { setDue } from '../due.ts'
import { deliverNotice } from '../notices.ts'
import { destinationsOf, type OtherDestination, type SlackDestination } from './destinations.ts'
import { digestFor, gather } from './digest.ts'
import type { GatedChat } from './gate.ts'
import { MessageState, type Seen } from './hold.ts'
import { PACE, type Pace, takePlace } from './pace.ts'
import { forgetShown, type ShowPorts, show } from './show.ts'
import { asksApproval, isActedOn, isUrgent } from './standing.ts'

export type TellPorts = Omit<ShowPorts, 'chat'> & {
  readonly chat: GatedChat
  readonly messages: QueueSender
  readonly routes: readonly Route[]
  readonly pace?: Pace
  readonly link?: (incident: string) => string | undefined
}

type TellNotice = { readonly incident: string; readonly pressed?: string | undefined }

const MINUTE_MS = 60_000
const AT_ONCE = 8
/** After so many deliveries it is the sweep that tries on, for as long as it takes: a queue gives up. */
const PATIENT_RECEIVES = 5
const SHOWN = 'message#'

/** Brings the incident's message up to date wherever its routes say, from what the table holds now: a notice that comes twice, late or merged
 *  with another shows the same. Each destination is tried, whatever becomes of the others. What has to wait is written down for the sweep;
 *  else the error is thrown that goes by soonest. `receives`: how often this notice was delivered. */
export async function tellIncident({ incident, pressed }: TellNotice, ports: TellPorts, receives: number): Promise<void> {
  const { store, routes, clock, log } = ports
  // Before the incident is read: what somebody else shows from now on is then seen, and what was shown before is older.
  if (pressed !== undefined) await forgetIn(incident, pressed, ports)
  const seen = await seenAll(incident, ports)
  const view = await loadView(store, incident)
  if (!view) throw new CodedError('invalid_input', `notify: there is no incident ${incident.slice(0, 40)}`)
  for (const nonce of noncesForTwo(view)) await raiseToTwo(store, nonce)
  const { slack, others } = destinationsOf(view.incident, routes, clock())
  if (slack.length + others.length === 0) log.warn('incident has no route', { incident })
  const news: News = { view, message: drawing(view, ports), seen }
  const failures: unknown[] = []
  const attempt = (work: Promise<void>): Promise<void> => work.catch((error) => void failures.push(error))
  await attempt(passOn(others, news, ports))
  await inParallel(slack, AT_ONCE, (one) => attempt(tellIn(one, news, ports)))
  await settle(incident, failures, receives, ports)
}

type Drawn = { readonly message: ChatMessage; readonly shown: string }
type News = { readonly view: IncidentView; readonly message: () => Promise<Drawn>; readonly seen: (sk: string) => Seen }

async function seenAll(incident: string, { store }: TellPorts): Promise<(sk: string) => Seen> {
  const pk = incidentPartition(incident)
  const items = await store.query(pk, { from: SHOWN, to: `${SHOWN}~` })
  return (sk) => {
    const item = items.find((one) => one.sk === sk)
    return { key: { pk, sk }, state: item ? parseData(MessageState, item) : { turn: 0, told: [] }, version: item?.version ?? 'absent' }
  }
}

/** Who pressed a button in the channel may have put another message in the place of the incident's. */
async function forgetIn(incident: string, channel: string, { store }: TellPorts): Promise<void> {
  const items = await store.query(incidentPartition(incident), { from: SHOWN, to: `${SHOWN}~` })
  for (const item of items) if (parseData(MessageState, item).posted?.channel === channel) await forgetShown(store, item)
}

/** The message, drawn when it is first needed. A link that is another each time is no news. */
function drawing(view: IncidentView, { store, random, clock, link }: TellPorts): () => Promise<Drawn> {
  const draw = async (): Promise<Drawn> => {
    const offers = []
    for (const offer of wantedOffers(view, clock())) offers.push(await ensureOffer(store, offer, random))
    const address = link?.(view.incident.id)
    const shown = contentId(incidentMessage(view, offers))
    return { message: incidentMessage(view, offers, address === undefined ? {} : { link: address }), shown }
  }
  let drawn: Promise<Drawn> | undefined
  return () => {
    drawn ??= draw()
    return drawn
  }
}

async function tellIn({ channel, quietUntilMs }: SlackDestination, { view, message, seen: seenAt }: News, ports: TellPorts): Promise<void> {
  const { store, chat, clock, pace = PACE } = ports
  const { id, severity } = view.incident
  const seen = seenAt(`${SHOWN}${channel}`)
  const { state } = seen
  const later = (atMs: number, why: string) => setDue(store, atMs, `tell-${id}-${why}-${channel}`, { do: 'tell', incident: id })
  if (state.posted === undefined && state.sinceMs === undefined) {
    if (quietUntilMs !== undefined) return later(quietUntilMs, 'quiet')
    await chat.mayPost(channel)
    const isUpgrade = state.digest !== undefined && (severity > state.digest.severity || asksApproval(view, clock()) || isActedOn(view))
    const most = pace.perMinute + (isUrgent(view, clock()) ? pace.reserve : 0)
    const hasPlace = (!state.digest || isUpgrade) && (await takePlace(store, { name: channel, by: id, most }, clock()))
    if (!hasPlace) {
      if (isUpgrade) await later(clock() + MINUTE_MS, 'own')
      return gatherIn(channel, view, seen, ports)
    }
  }
  const { message: drawn, shown } = await message()
  const of = { incident: id }
  const showing = { seen, channel, name: id, message: drawn, shown, replies: threadReplies(view), of }
  const restMs = await show(showing, ports)
  if (restMs !== undefined) await later(restMs, 'replies')
}

/** In which digest it is stands beside the incident before it is counted there: counted again, it is the same one. */
async function gatherIn(channel: string, { incident }: IncidentView, { key, state, version }: Seen, ports: TellPorts): Promise<void> {
  const { store } = ports
  const digest = await digestFor(incident.id, { channel, known: state.digest?.id }, ports)
  const next: MessageState = { ...state, digest: { id: digest, severity: incident.severity } }
  if (state.digest?.id !== digest && !(await store.put({ ...key, data: next }, version)))
    throw new CodedError('conflict', 'notify: another process is at this message', { retryAfterSeconds: 1 })
  await gather(incident, { digest, channel }, ports)
}

/** Other systems are told through messages of their own, so that no retry of theirs holds up anybody. The same state is passed on once. */
async function passOn(others: readonly OtherDestination[], { view, seen }: News, { store, messages, clock }: TellPorts): Promise<void> {
  const { incident, plans, actions, silences, context } = view
  const presses = view.offers.flatMap(({ offer }) => offer.claim ?? offer.approvals)
  const state = contentHash(contentId(incident, plans, actions, silences, context, presses), 22)
  for (const { route, quietUntilMs } of others) {
    const { key, state: known, version } = seen(`${SHOWN}route-${contentHash(route, 16)}`)
    if (quietUntilMs !== undefined && version === 'absent') {
      await setDue(store, quietUntilMs, `tell-${incident.id}-quiet-${contentHash(route, 8)}`, { do: 'tell', incident: incident.id })
      continue
    }
    await messages.send([deliverNotice({ incident: incident.id, route }, state)])
    if (version === 'absent') await store.put({ ...key, data: { ...known, sinceMs: clock() } }, 'absent')
  }
}

/** What fails until an operator or time has done something is left to the sweep; what may go by soon, to the queue, as long as that has patience. */
async function settle(incident: string, failures: readonly unknown[], receives: number, { store, clock, log }: TellPorts): Promise<void> {
  const own = failures.filter((error) => error instanceof CodedError)
  const passing = own.filter(({ transient }) => transient).toSorted((a, b) => (a.retryAfterSeconds ?? 0) - (b.retryAfterSeconds ?? 0))
  const waiting = own.filter(({ code }) => FOR_OPERATORS.has(code))
  const waits = receives >= PATIENT_RECEIVES ? [...passing, ...waiting] : waiting
  for (const { retryAfterSeconds = 60, code } of waits) {
    const atMs = clock() + Math.max(retryAfterSeconds * 1000, FOR_OPERATORS.has(code) ? 0 : MINUTE_MS)
    await setDue(store, atMs, `tell-${incident}-held`, { do: 'tell', incident })
  }
  if (waits.length > 0) log.warn('told later', { incident, why: messageOf(waits[0]), destinations: waits.length })
  const [soonest] = passing.filter((error) => !waits.includes(error))
  const foreign = failures.find((error) => !(error instanceof CodedError) || (!error.transient && !FOR_OPERATORS.has(error.code)))
  if (soonest ?? foreign) throw soonest ?? foreign
}

const FOR_OPERATORS: ReadonlySet<string> = new Set(['invalid_config', 'not_permitted', 'unauthorized'])

import { contentId } from '../detection/id.ts'
import { messageOf } from '../error.ts'
import { Incident, incidentKey } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { claimOffer, type Offer, offerFor, requestOf } from '../response/offer.ts'
import { offerTitle } from '../response/offers.ts'
import { grantFor, type Permission } from '../response/permission.ts'
import { type Press, readPress } from '../slack/press.ts'
import { type SignedRequest, verifySignature } from '../slack/signature.ts'
import { code } from '../slack/text.ts'
import { setDue } from './due.ts'
import { actionsMessage, noticeMessage } from './messages.ts'

export type InteractPorts = {
  readonly store: Store
  readonly actions: QueueSender
  readonly messages: QueueSender
  readonly permissions: readonly Permission[]
  readonly signingSecret: string
  readonly clock: Clock
  readonly log: Log
}

export type InteractAnswer = { readonly status: 200 | 400 | 401; readonly outcome: string }

const FOLLOW_UP_MS = 60_000

/** Takes one request to the interactions URL: genuine, allowed, first and in time, or nothing changes. Whoever pressed in vain is told why,
 *  in the channel, for their eyes alone. Slack itself gets its 200 at once; the action goes on in its queue. */
export async function interact(request: SignedRequest, ports: InteractPorts): Promise<InteractAnswer> {
  const { signingSecret, clock, log } = ports
  const signature = verifySignature(request, signingSecret, clock())
  if (signature !== 'genuine') return turnAway(signature, ports)
  let press: Press | undefined
  try {
    press = readPress(request.rawBody)
  } catch (error) {
    log.warn('interaction refused', { why: messageOf(error) })
    return { status: 400, outcome: 'invalid_input' }
  }
  if (!press) return { status: 200, outcome: 'ignored' }
  const offer = await offerFor(ports.store, press.value)
  const outcome = offer
    ? await judge(press, offer, ports)
    : await refuse(press, undefined, 'unknown_button', 'This button is not known; it may be too old.', ports)
  return { status: 200, outcome }
}

/** The verdict on a genuine press of a button of ours. */
async function judge(press: Press, offer: Offer, ports: InteractPorts): Promise<string> {
  const { store, permissions, clock } = ports
  const grant = grantFor(permissions, offer.action, {
    app: press.app,
    workspace: press.workspace,
    channel: press.channel,
    user: press.user.id,
    groups: [],
  })
  if (grant.kind === 'wrong_workspace') return refuse(press, offer, grant.kind, 'No permission covers this Slack app and workspace.', ports)
  if (grant.kind === 'not_permitted')
    return refuse(
      press,
      offer,
      grant.kind,
      `You may not press ${code(offerTitle(offer.action))} here. No permission in the rules allows it.`,
      ports,
    )

  if (offer.action !== 'release' && (await isClosed(offer.incident, store)))
    return refuse(press, offer, 'closed', 'This incident is closed. Nothing was done.', ports)

  // Written before the claim: should this process die right after it, the sweep finds the claim and sends the action.
  await setDue(store, clock() + FOLLOW_UP_MS, `follow-${offer.nonce}-${press.user.id}`, { do: 'follow', nonce: offer.nonce })
  const claim = await claimOffer(store, offer.nonce, press.user, { nowMs: clock(), people: grant.people })
  if (claim.kind === 'claimed') return accept(press, claim.offer, ports)
  if (claim.kind === 'one_more') return ask(press, claim.offer, ports)
  if (claim.kind === 'same_person')
    return refuse(press, offer, 'same_person', 'It takes two people: somebody else must press this now.', ports)
  if (claim.kind === 'taken') {
    const when = new Date(claim.by.atMs).toISOString()
    return refuse(press, offer, 'already_pressed', `<@${claim.by.user}> pressed this first, at ${when}.`, ports)
  }
  if (claim.kind === 'expired') return refuse(press, offer, 'expired', 'This button has expired. Nothing was done.', ports)
  return refuse(press, offer, 'unknown_button', 'This button is not known; it may be too old.', ports)
}

async function accept(press: Press, offer: Offer, { store, actions, messages, clock, log }: InteractPorts): Promise<string> {
  const { incident, action, nonce } = offer
  const line = { id: `press-${nonce}`, at: clock(), kind: 'press', what: `${action} pressed`, by: `@${press.user.name}` } as const
  await journal(store, { ...line, incident, action, outcome: 'accepted' })
  const request = requestOf(offer)
  if (action === 'acknowledge') await acknowledge(store, incident, press.user.name)
  else if (request) await actions.send([actionsMessage([request])])
  await messages.send([noticeMessage(incident, `pressed-${nonce}`)])
  log.info('press accepted', { incident, action, user: press.user.id })
  return 'accepted'
}

async function isClosed(incident: string, store: Store): Promise<boolean> {
  return (await read(store, incidentKey(incident), Incident))?.status === 'closed'
}

/** The first of two has pressed: the button stays, for the second. */
async function ask(press: Press, { incident, action, nonce }: Offer, { store, messages, clock, log }: InteractPorts): Promise<string> {
  const id = `press-${nonce}-${press.user.id}`
  const line = { id, at: clock(), kind: 'press', what: `${action} pressed`, by: `@${press.user.name}`, outcome: 'one_more' } as const
  await journal(store, { ...line, incident, action, why: 'it takes two people' })
  await messages.send([noticeMessage(incident, id)])
  log.info('press kept for a second person', { incident, action, user: press.user.id })
  return 'one_more'
}

async function refuse(
  press: Press,
  offer: Offer | undefined,
  why: string,
  text: string,
  { store, messages, clock, log }: InteractPorts,
): Promise<string> {
  const id = `press-refused-${contentId(press.value, press.user.id, press.pressedAt, why).slice(0, 32)}`
  const what = `${offer?.action ?? press.actionId} pressed`
  const line = { id, at: clock(), kind: 'press', what, by: `@${press.user.name}`, outcome: 'refused', why } as const
  await journal(store, offer ? { ...line, incident: offer.incident, action: offer.action } : line)
  const tell = { channel: press.channel, user: press.user.id, text }
  await messages.send([{ body: JSON.stringify({ tell }), group: `tell-${press.user.id}`, dedup: id }])
  log.warn('press refused', { why, user: press.user.id, workspace: press.workspace, action: offer?.action })
  return why
}

/** A request that Slack did not sign, or not lately. Anybody on the network can send these: the journal takes one line a minute of each kind. */
async function turnAway(signature: 'forged' | 'stale', { store, clock, log }: InteractPorts): Promise<InteractAnswer> {
  const minute = Math.floor(clock() / 60_000)
  await journal(store, {
    id: `press-${signature}-${minute}`,
    at: clock(),
    kind: 'press',
    what: 'a request to the interactions URL',
    outcome: 'refused',
    why: signature,
  })
  log.warn('interaction refused', { why: signature })
  return { status: 401, outcome: signature }
}

async function acknowledge(store: Store, incident: string, name: string): Promise<void> {
  await update(store, incidentKey(incident), Incident, (now): Incident | undefined =>
    now?.status === 'open' ? { ...now, status: 'acknowledged', acknowledgedBy: name, revision: now.revision + 1 } : undefined,
  )
}

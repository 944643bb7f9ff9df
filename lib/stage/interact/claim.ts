import { messageOf } from '../../error.ts'
import { APPROVAL_MS, type Claimant, type ClaimResult, claimOffer, claimOn, type Offer } from '../../response/offer.ts'
import { offerTitle } from '../../response/offers.ts'
import { type EchoedMessage, withoutButtons } from '../../slack/pressed-message.ts'
import { plain } from '../../slack/text.ts'
import { setDue } from '../due.ts'
import { actionsMessage, noticeMessage } from '../messages.ts'
import { type ClaimedOffer, decide, effectOf, isClaimed } from './effect.ts'
import { type FirstPress, fallenOf, firstPressId, noteFirst } from './first-of-two.ts'
import type { Allowed, Presser } from './judge.ts'
import type { PressPorts } from './ports.ts'
import { REFUSALS, type Refusal } from './refusal.ts'

/** Where the message stands that the button vanishes from, as it came with the press. */
export type Shown = { readonly message: EchoedMessage | undefined; readonly responseUrl: string | undefined }

/** What this person says with the press. */
export type Said = Omit<Claimant, 'id' | 'name' | 'place'>

/** `said`: what the person is to be told all the same (mrkdwn). */
export type Claim = { readonly kind: 'accepted' | 'one_more'; readonly said?: string } | Refusal

const FOLLOW_UP_MS = 60_000

/** Claims what was allowed, and does or hands on what it is for. The first press has it; a second one of the same person changes nothing. */
export async function claim(
  { offer, people }: Allowed,
  { by, said }: { readonly by: Presser; readonly said: Said },
  shown: Shown | undefined,
  ports: PressPorts,
): Promise<Claim> {
  const { store, clock } = ports
  const { nonce } = offer
  const { app, workspace, channel, user } = by
  const claimant = { ...user, place: { app, workspace, channel }, ...said }
  const conditions = { nowMs: clock(), people, fallen: await fallenOf(offer, by, ports) }
  const foreseen = claimOn(offer, claimant, conditions)
  if (!isTaken(foreseen)) return refusalOf(foreseen)
  // Written before the claim: should this process die right after it, the sweep finds the claim and does what it is for.
  if (!offer.claim) await setDue(store, conditions.nowMs + FOLLOW_UP_MS, `follow-${nonce}-${user.id}`, { do: 'follow', nonce })
  const result = await claimOffer(store, nonce, claimant, conditions)
  if (!isTaken(result)) return refusalOf(result)
  if (result.kind === 'one_more') return keepFirst(result, ports)
  return isClaimed(result.offer) ? accept(result.offer, result.isAgain ? undefined : shown, ports) : REFUSALS.unknown_button()
}

type Taken = Extract<ClaimResult, { kind: 'claimed' | 'one_more' }>

function isTaken(result: ClaimResult): result is Taken {
  return result.kind === 'claimed' || result.kind === 'one_more'
}

function refusalOf(result: Exclude<ClaimResult, Taken>): Refusal {
  if (result.kind === 'taken') return REFUSALS.already_pressed(result.by)
  if (result.kind === 'other_choice') return REFUSALS.other_choice(result.by)
  return result.kind === 'unknown' ? REFUSALS.unknown_button() : REFUSALS[result.kind]()
}

async function accept(offer: ClaimedOffer, shown: Shown | undefined, ports: PressPorts): Promise<Claim> {
  const { actions, messages, log } = ports
  const { incident, action, nonce } = offer
  // Before anything changes that is shown, or is sent: no later edit of the message is written over, and the next one is not taken for the last
  if (shown) await takeButtonsAway(offer, shown, ports)
  const overruled = await decide(offer, ports)
  const effect = overruled ? undefined : await effectOf(offer, ports)
  if (effect?.kind === 'asked') await actions.send([actionsMessage([effect.request])])
  await messages.send([noticeMessage(incident, `pressed-${nonce}`, shown && offer.claim.place?.channel)])
  log.info(overruled ? 'press came too late' : 'press accepted', { incident, action, user: offer.claim.user })
  if (overruled) return { ...REFUSALS.already_decided(overruled), isNoted: true }
  return effect?.kind === 'done' && effect.said ? { kind: 'accepted', said: effect.said } : { kind: 'accepted' }
}

/** The first of two has pressed: the button stays, for the second; as long as the first one's press counts. */
async function keepFirst({ offer, first }: { readonly offer: Offer; readonly first: FirstPress }, ports: PressPorts): Promise<Claim> {
  const { store, messages, log } = ports
  const { incident, action, nonce } = offer
  await noteFirst(offer, first, store)
  await setDue(store, first.atMs + APPROVAL_MS, `follow-${nonce}-${first.user}`, { do: 'follow', nonce })
  await messages.send([noticeMessage(incident, firstPressId(nonce, first))])
  log.info('press kept for a second person', { incident, action, user: first.user })
  return { kind: 'one_more' }
}

/** Best effort: the notice that follows shows what came of it in any case. */
async function takeButtonsAway(offer: ClaimedOffer, { message, responseUrl }: Shown, { dialog, log }: PressPorts): Promise<void> {
  const line = `⏳ ${plain(offerTitle(offer), 80)}: pressed by <@${offer.claim.user}>`
  const without = message && withoutButtons(message, line)
  if (!without || responseUrl === undefined) return
  try {
    await dialog.replace(responseUrl, without)
  } catch (error) {
    log.warn('buttons not taken away at once', { incident: offer.incident, why: messageOf(error) })
  }
}

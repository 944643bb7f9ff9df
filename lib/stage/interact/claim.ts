import { messageOf } from '../../error.ts'
import { journal } from '../../incident/journal.ts'
import { type Claimant, claimOffer, type Offer } from '../../response/offer.ts'
import { offerTitle } from '../../response/offers.ts'
import { type EchoedMessage, withoutButtons } from '../../slack/pressed-message.ts'
import { plain } from '../../slack/text.ts'
import { setDue } from '../due.ts'
import { actionsMessage, noticeMessage } from '../messages.ts'
import { type ClaimedOffer, decide, effectOf, isClaimed } from './effect.ts'
import type { Verdict } from './judge.ts'
import type { PressPorts } from './ports.ts'
import { REFUSALS, type Refusal } from './refusal.ts'

/** Where the message stands that the button vanishes from, as it came with the press. */
export type Shown = { readonly message: EchoedMessage | undefined; readonly responseUrl: string | undefined }

/** `said`: what the person is to be told all the same (mrkdwn). */
export type Claim = { readonly kind: 'accepted' | 'one_more'; readonly said?: string } | Refusal

const FOLLOW_UP_MS = 60_000

/** Claims what was allowed, and does or hands on what it is for. The first press has it; a second one of the same person changes nothing. */
export async function claim(
  { offer, people }: Extract<Verdict, { kind: 'allowed' }>,
  by: Claimant,
  shown: Shown | undefined,
  ports: PressPorts,
): Promise<Claim> {
  const { store, clock } = ports
  const { nonce } = offer
  // Written before the claim: should this process die right after it, the sweep finds the claim and does what it is for.
  if (!offer.claim) await setDue(store, clock() + FOLLOW_UP_MS, `follow-${nonce}-${by.id}`, { do: 'follow', nonce })
  const result = await claimOffer(store, nonce, by, { nowMs: clock(), people })
  if (result.kind === 'one_more') return keepFirst(result.offer, by, ports)
  if (result.kind === 'taken') return REFUSALS.already_pressed(result.by)
  if (result.kind === 'unknown') return REFUSALS.unknown_button()
  if (result.kind !== 'claimed') return REFUSALS[result.kind]()
  return isClaimed(result.offer) ? accept(result.offer, result.isAgain ? undefined : shown, ports) : REFUSALS.unknown_button()
}

async function accept(offer: ClaimedOffer, shown: Shown | undefined, ports: PressPorts): Promise<Claim> {
  const { actions, messages, log } = ports
  const { incident, action, nonce } = offer
  // Before anything changes that is shown, or is sent: no later edit of the message is written over, and the next one is not taken for the last
  if (shown) await takeButtonsAway(offer, shown, ports)
  const overruled = await decide(offer, ports)
  const effect = overruled ? undefined : await effectOf(offer, ports)
  if (effect?.kind === 'asked') await actions.send([actionsMessage([effect.request])])
  await messages.send([noticeMessage(incident, `pressed-${nonce}`)])
  log.info(overruled ? 'press came too late' : 'press accepted', { incident, action, user: offer.claim.user })
  if (overruled) return REFUSALS.already_decided(overruled)
  return effect?.kind === 'done' && effect.said ? { kind: 'accepted', said: effect.said } : { kind: 'accepted' }
}

/** The first of two has pressed: the button stays, for the second. */
async function keepFirst({ incident, action, nonce }: Offer, by: Claimant, { store, messages, clock, log }: PressPorts): Promise<Claim> {
  const id = `press-${nonce}-${by.id}`
  const line = { id, at: clock(), kind: 'press', what: `${action} pressed`, by: `@${by.name}`, outcome: 'one_more' } as const
  await journal(store, { ...line, incident, action, why: ['it takes two people', by.reason].filter(Boolean).join('; ') })
  await messages.send([noticeMessage(incident, id)])
  log.info('press kept for a second person', { incident, action, user: by.id })
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

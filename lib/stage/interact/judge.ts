import { Incident, incidentKey, incidentPartition } from '../../incident/incident.ts'
import { parseData, read } from '../../port/store.ts'
import { actionNamed } from '../../response/actions/index.ts'
import { type Offer, offerFor } from '../../response/offer.ts'
import { offerTitle } from '../../response/offers.ts'
import { type Grant, grantFor, groupsThatMatter, permissionFor } from '../../response/permission.ts'
import { type PlanDecision, PlannedAction, planSortKey } from '../../response/plan.ts'
import { shownMark } from '../../response/shown.ts'
import type { Person } from '../../slack/ids.ts'
import { groupsOf } from '../user-groups.ts'
import type { PressPorts } from './ports.ts'
import { REFUSALS, type Refusal } from './refusal.ts'

/** Who presses, where. */
export type Presser = Person & { readonly channel: string }
/** What the button says of itself, which is believed only as far as the table agrees. */
export type Claimed = { readonly nonce: string; readonly action: string | undefined }

/** `incident`: as it was then; undefined where that does not matter. */
export type Allowed = { readonly kind: 'allowed'; readonly offer: Offer; readonly people: 1 | 2; readonly incident?: Incident | undefined }
export type Verdict = Allowed | (Refusal & { readonly offer: Offer | undefined })

/** The verdict on a genuine press, from what the table holds; changes nothing. In this order: the person's right to what the offer is for (not to
 *  what the button says), the offer, its time, what was decided, the incident. Whether it is the first press is for the claim to say. */
export async function judge(by: Presser, { nonce, action }: Claimed, ports: PressPorts): Promise<Verdict> {
  const offer = await offerFor(ports.store, nonce)
  const refused = (refusal: Refusal): Verdict => ({ ...refusal, offer })
  const grant = await grantOf(by, offer?.action ?? action ?? '', ports)
  if (grant.kind !== 'allowed') return refused(REFUSALS[grant.kind](offer ? offerTitle(offer) : offerTitle(action ?? 'this')))
  if (!offer) return refused(REFUSALS.unknown_button())
  if (offer.action !== action) return refused(REFUSALS.wrong_button())
  const { claim } = offer
  if (claim?.user === by.user.id) return { kind: 'allowed', offer, people: grant.people } // the same press again
  if (claim) return refused(REFUSALS.already_pressed(claim))
  if (ports.clock() >= offer.expiresMs) return refused(REFUSALS.expired())
  const decided = await decisionOn(offer, ports)
  if (decided) return refused(REFUSALS.already_decided(decided))
  const people = await peopleFor(offer, grant.people, ports)
  if (OUTLIVES_INCIDENT.has(offer.action)) return { kind: 'allowed', offer, people }
  const incident = await read(ports.store, incidentKey(offer.incident), Incident)
  if (incident?.status === 'closed') return refused(REFUSALS.closed())
  return { kind: 'allowed', offer, people, incident }
}

/** For what is decided by what a person was shown: the incident's rules as they were, or that it is another by now. `shown`: what stands for what
 *  was (response/shown.ts). */
export function asShown({ incident }: Allowed, shown: unknown): { readonly shown: string; readonly rules: string[] } | Refusal {
  if (!incident || shownMark(incident) !== shown) return REFUSALS.changed()
  return { shown, rules: incident.rules }
}

/** As many as the permission says, or any response that asks for the same action: also where this button is older than its plan. */
async function peopleFor({ incident, action }: Offer, granted: 1 | 2, { store }: PressPorts): Promise<1 | 2> {
  if (granted === 2 || !actionNamed(action)) return granted
  const plans = await store.query(incidentPartition(incident), { from: planSortKey(''), to: planSortKey('~') })
  const isForTwo = plans
    .map((item) => parseData(PlannedAction, item))
    .some(({ request, people }) => request.action === action && people === 2)
  return isForTwo ? 2 : 1
}

/** Whether the person may do it here, by id, or by a user group that this person is known to be in. */
export async function grantOf(by: Presser, action: string, { store, permissions, clock }: PressPorts): Promise<Grant> {
  const { app, workspace, channel, user } = by
  const place = { app, workspace, channel }
  const word = permissionFor(action)
  const matter = groupsThatMatter(permissions, word, place)
  const groups = matter.length > 0 ? await groupsOf(store, user.id, matter, clock()) : []
  return grantFor(permissions, word, { ...place, user: user.id, groups })
}

/** The same without asking anything of anybody: whether it is worth opening a dialog. Whose groups would have to be known may yet be refused. */
export function mightBeGranted({ app, workspace, channel, user }: Presser, action: string, { permissions }: PressPorts): Grant {
  const place = { app, workspace, channel }
  const word = permissionFor(action)
  return grantFor(permissions, word, { ...place, user: user.id, groups: groupsThatMatter(permissions, word, place) })
}

const OUTLIVES_INCIDENT: ReadonlySet<string> = new Set(['release', 'end_silence'])

/** The decision that leaves nothing to decide for this offer. */
async function decisionOn(offer: Offer, { store }: PressPorts): Promise<PlanDecision | undefined> {
  const decisions = await Promise.all(plansOf(offer).map((plan) => read(store, planKey(offer.incident, plan), PlannedAction)))
  const made = decisions.map((plan) => plan?.decision)
  return made.every((one) => one !== undefined) ? made[0] : undefined
}

/** The planned actions that the offer decides on. */
export function plansOf({ action, plan, parameters }: Offer): readonly string[] {
  if (action !== 'reject') return plan === undefined ? [] : [plan]
  return Array.isArray(parameters.plans) ? parameters.plans.filter((one) => typeof one === 'string') : []
}

function planKey(incident: string, plan: string) {
  return { pk: incidentPartition(incident), sk: planSortKey(plan) }
}

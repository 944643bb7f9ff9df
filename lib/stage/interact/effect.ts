import { Incident, incidentKey, incidentPartition } from '../../incident/incident.ts'
import { byPerson, type JournalLine, journal } from '../../incident/journal.ts'
import { read, type Store, update } from '../../port/store.ts'
import { decidePlan, isDecisionOf } from '../../response/decision.ts'
import { choiceOf, markDone, type Offer, reasonOf, requestOf } from '../../response/offer.ts'
import type { PlanDecision } from '../../response/plan.ts'
import type { ActionRequest } from '../../response/request.ts'
import { shownMark } from '../../response/shown.ts'
import { plansOf } from './judge.ts'
import { REFUSALS } from './refusal.ts'

export type EffectPorts = { readonly store: Store; readonly clock: () => number }
export type ClaimedOffer = Offer & { readonly claim: NonNullable<Offer['claim']> }

export function isClaimed(offer: Offer): offer is ClaimedOffer {
  return offer.claim !== undefined
}

/** Answers what the press asks, and writes into the journal what came of that. Somebody else's earlier answer stands: then it is returned, and the press
 *  was in vain. All of this, and what follows below, is a function of the claim: done again, it is the same. */
export async function decide(offer: ClaimedOffer, { store }: EffectPorts): Promise<PlanDecision | undefined> {
  const { claim, incident, action, nonce } = offer
  const { user, name, atMs } = claim
  const reason = reasonOf(offer)
  const kind = action === 'reject' ? ('rejected' as const) : ('approved' as const)
  const mine = { kind, user, name, atMs, ...(reason ? { reason } : {}) }
  const plans = await Promise.all(plansOf(offer).map((plan) => decidePlan(store, { incident, plan }, mine)))
  const decisions = plans.flatMap((plan) => plan?.decision ?? [])
  const overruled = decisions.some((one) => isDecisionOf(one, mine)) ? undefined : decisions[0]
  const outcome = overruled ? ({ outcome: 'refused', why: 'already_decided' } as const) : { outcome: 'accepted', ...whyOf(claim.reason) }
  await journal(store, { ...lineOf(offer), id: `press-${nonce}`, kind: 'press', what: `${action} pressed`, ...outcome })
  for (const plan of plans) {
    if (kind === 'approved' || !isDecisionOf(plan?.decision, mine) || !plan) continue
    const what = `approval of ${plan.request.action} by response "${plan.response}"`
    await journal(store, {
      ...lineOf(offer),
      ...whyOf(reason),
      id: `rejected-${plan.request.id}`,
      kind: 'planned',
      what,
      action: plan.request.action,
      outcome: 'rejected',
    })
  }
  return overruled
}

/** What follows from a press. `asked`: what is to be sent to the actions queue. `said`: what the person is to be told, where something of it could not be done (mrkdwn). */
export type Effect = { readonly kind: 'asked'; readonly request: ActionRequest } | { readonly kind: 'done'; readonly said?: string }

/** Does what the press is for, where that is no change to a cluster; once, even if it is undone by somebody meanwhile. */
export async function effectOf(offer: ClaimedOffer, ports: EffectPorts): Promise<Effect> {
  const request = requestOf(offer)
  if (request) return { kind: 'asked', request }
  if (offer.doneMs !== undefined) return { kind: 'done' }
  const said = await DOING.get(offer.action)?.(offer, ports)
  await markDone(ports.store, offer.nonce, ports.clock())
  return { kind: 'done', ...(said ? { said } : {}) }
}

type Doing = (offer: ClaimedOffer, ports: EffectPorts) => Promise<string | undefined>

const DOING: ReadonlyMap<string, Doing> = new Map<string, Doing>([
  ['acknowledge', acknowledge],
  ['silence', silence],
  ['end_silence', async (offer, ports) => (await silencing()).endSilences(offer, ports)],
  ['not_a_threat', closeIncident],
])

/** What came after the press, and opened the incident again, this person had not seen. */
async function acknowledge(offer: ClaimedOffer, { store }: EffectPorts): Promise<undefined> {
  const { name, user, atMs } = offer.claim
  await change(offer, store, (now) => {
    const isOfNow = now.status === 'open' && (now.reopened === undefined || now.reopened.atMs < atMs)
    return isOfNow ? { ...now, status: 'acknowledged', acknowledgedBy: name, acknowledgedById: user } : undefined
  })
}

async function silence(offer: ClaimedOffer, ports: EffectPorts): Promise<string | undefined> {
  return (await silencing()).makeSilence(offer, ports)
}

/** Loaded when it is needed: compiling conditions takes time to load, and most presses need none. */
function silencing(): Promise<typeof import('./silencing.ts')> {
  return import('./silencing.ts')
}

/** Closes what was shown, and nothing worse. Also where no silence can be had: that is said. */
async function closeIncident(offer: ClaimedOffer, { store, clock }: EffectPorts): Promise<string | undefined> {
  const { name, user, shown } = offer.claim
  const line = { ...lineOf(offer), id: `closed-by-${offer.nonce}`, kind: 'incident', what: 'not a threat' } as const
  if (await hasLine(offer, line.id, store)) return undefined // done already, whatever became of it since
  const isAnother = (now: Incident): boolean => now.status !== 'closed' && shownMark(now) !== shown
  const before = await read(store, incidentKey(offer.incident), Incident)
  const isSilenced = choiceOf(offer.claim) !== 'none' && before !== undefined && !isAnother(before)
  const said = isSilenced ? await silence(offer, { store, clock }) : undefined
  const reason = reasonOf(offer) ?? ''
  const after = await change(offer, store, (now) =>
    now.status === 'closed' || isAnother(now)
      ? undefined
      : { ...now, status: 'closed', closedBy: name, closedById: user, closedWhy: reason },
  )
  const isClosed = after?.status === 'closed'
  await journal(store, isClosed ? { ...line, ...whyOf(reason), outcome: 'closed' } : { ...line, outcome: 'refused', why: 'changed' })
  return isClosed ? said : REFUSALS.changed().text
}

async function change({ incident }: Offer, store: Store, to: (now: Incident) => Incident | undefined): Promise<Incident | undefined> {
  return update(store, incidentKey(incident), Incident, (now) => {
    const next = now && to(now)
    return next && { ...next, revision: next.revision + 1 }
  })
}

/** Whether the journal of the offer's incident has a line of this id. */
export async function hasLine({ incident }: Offer, id: string, store: Store): Promise<boolean> {
  return (await store.get(incidentPartition(incident), `journal#${id}`)) !== undefined
}

export function lineOf({ incident, action, claim }: ClaimedOffer): Pick<JournalLine, 'at' | 'incident' | 'action' | 'by' | 'byId'> {
  return { at: claim.atMs, incident, action, ...byPerson({ id: claim.user, name: claim.name }) }
}

function whyOf(reason: string | undefined): Pick<JournalLine, 'why'> {
  return reason ? { why: reason } : {}
}

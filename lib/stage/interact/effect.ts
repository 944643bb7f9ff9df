import { Incident, incidentKey } from '../../incident/incident.ts'
import { type JournalLine, journal } from '../../incident/journal.ts'
import { type Store, update } from '../../port/store.ts'
import { decidePlan, isDecisionOf } from '../../response/decision.ts'
import { markDone, type Offer, requestOf } from '../../response/offer.ts'
import type { PlanDecision } from '../../response/plan.ts'
import type { ActionRequest } from '../../response/request.ts'
import { plansOf } from './judge.ts'

export type EffectPorts = { readonly store: Store; readonly clock: () => number }
export type ClaimedOffer = Offer & { readonly claim: NonNullable<Offer['claim']> }

export function isClaimed(offer: Offer): offer is ClaimedOffer {
  return offer.claim !== undefined
}

/** Writes the accepted press into the journal, and answers what it asks. Somebody else's earlier answer stands: then it is returned. All of
 *  this, and what follows below, is a function of the claim: done again, it is the same. */
export async function decide(offer: ClaimedOffer, { store }: EffectPorts): Promise<PlanDecision | undefined> {
  const { claim, incident, action, nonce } = offer
  const { user, name, atMs, reason } = claim
  const line = { ...lineOf(offer), ...whyOf(reason) }
  await journal(store, { ...line, id: `press-${nonce}`, kind: 'press', what: `${action} pressed`, outcome: 'accepted' })
  const kind = action === 'reject' ? ('rejected' as const) : ('approved' as const)
  const mine = { kind, user, name, atMs, ...(reason ? { reason } : {}) }
  const plans = await Promise.all(plansOf(offer).map((plan) => decidePlan(store, { incident, plan }, mine)))
  for (const plan of plans) {
    if (kind === 'approved' || !isDecisionOf(plan?.decision, mine) || !plan) continue
    const what = `approval of ${plan.request.action} by response "${plan.response}"`
    await journal(store, {
      ...line,
      id: `rejected-${plan.request.id}`,
      kind: 'planned',
      what,
      action: plan.request.action,
      outcome: 'rejected',
    })
  }
  const decisions = plans.flatMap((plan) => plan?.decision ?? [])
  return decisions.some((one) => isDecisionOf(one, mine)) ? undefined : decisions[0]
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

async function acknowledge(offer: ClaimedOffer, { store }: EffectPorts): Promise<undefined> {
  const { name } = offer.claim
  await change(offer, store, (now) => (now.status === 'open' ? { ...now, status: 'acknowledged', acknowledgedBy: name } : undefined))
}

async function silence(offer: ClaimedOffer, ports: EffectPorts): Promise<string | undefined> {
  return (await silencing()).makeSilence(offer, ports)
}

/** Loaded when it is needed: compiling conditions takes time to load, and most presses need none. */
function silencing(): Promise<typeof import('./silencing.ts')> {
  return import('./silencing.ts')
}

/** Also closes it where no silence can be had: that is said. */
async function closeIncident(offer: ClaimedOffer, ports: EffectPorts): Promise<string | undefined> {
  const { name, reason = '', choice } = offer.claim
  const said = choice === undefined || choice === 'none' ? undefined : await silence(offer, ports)
  await change(offer, ports.store, (now) =>
    now.status === 'closed' ? undefined : { ...now, status: 'closed', closedBy: name, closedWhy: reason },
  )
  const line = { ...lineOf(offer), ...whyOf(reason), id: `closed-by-${offer.nonce}`, kind: 'incident', what: 'not a threat' } as const
  await journal(ports.store, { ...line, outcome: 'closed' })
  return said
}

async function change({ incident }: Offer, store: Store, to: (now: Incident) => Incident | undefined): Promise<void> {
  await update(store, incidentKey(incident), Incident, (now) => {
    const next = now && to(now)
    return next && { ...next, revision: next.revision + 1 }
  })
}

export function lineOf({ incident, action, claim }: ClaimedOffer): Pick<JournalLine, 'at' | 'incident' | 'action' | 'by'> {
  return { at: claim.atMs, incident, action, by: `@${claim.name}` }
}

function whyOf(reason: string | undefined): Pick<JournalLine, 'why'> {
  return reason ? { why: reason } : {}
}

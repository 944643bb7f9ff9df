import { contentId } from '../detection/id.ts'
import { type Incident, latestPod } from '../incident/incident.ts'
import { worstRule } from '../incident/worst-rule.ts'
import { actionNamed } from './actions/index.ts'
import { isDecisionOf } from './decision.ts'
import { type Offer, requestOf, type WantedOffer } from './offer.ts'
import type { PlannedAction } from './plan.ts'
import type { ActionRecord } from './record.ts'
import type { Target } from './request.ts'
import { shownMark } from './shown.ts'
import type { IncidentView } from './view.ts'

/** What a person is offered by hand, when no response asks for it: with these parameters. */
const BY_HAND: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  isolate: { expires: '4h' },
  delete: { bare_pods: 'delete' },
}
const DAY_MS = 24 * 3600_000

/** What may be pressed as the incident now stands; pure. An action that is in force on the pod that is there now, or was asked for and is
 *  not settled, is not offered again; what was begun can be released, and a silence ended, even when the incident is closed; a response in
 *  mode approve gives its own parameters and expiry. */
export function wantedOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  return [
    ...actionOffers(view, nowMs),
    ...rejectOffers(view, nowMs),
    ...releaseOffers(view, nowMs),
    ...acknowledgeOffers(view, nowMs),
    ...silenceOffers(view, nowMs),
    ...closingOffers(view, nowMs),
  ]
}

/** The nonces of buttons that were given out for one person, for what a response has come to ask two for. */
export function noncesForTwo({ offers, plans }: IncidentView): readonly string[] {
  const forTwo = new Set(plans.filter(({ people }) => people === 2).map(({ request }) => request.action))
  return offers.flatMap(({ offer }) => (forTwo.has(offer.action) && offer.people === 1 && !offer.claim ? [offer.nonce] : []))
}

function actionOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  const { incident, plans, context } = view
  const target = latestTarget(incident)
  if (incident.status === 'closed' || !target || inForce(view, 'delete') || context?.absent !== undefined) return []
  const asked = plans.filter((plan) => asks(plan, nowMs) && isSamePod(plan.request.target, target))
  const names = new Set([...asked.map(({ request }) => request.action), ...Object.keys(BY_HAND)])
  return [...names].flatMap((action) => {
    if (inForce(view, action) || isPending(view, action)) return []
    const plan = asked.find(({ request }) => request.action === action && !isUsed(view, action, request.id))
    if (plan) {
      const { parameters, target: planned, expiresMs, dryRun } = plan.request
      const wanted = {
        incident: incident.id,
        action,
        parameters,
        target: planned,
        expiresMs,
        plan: plan.request.id,
        ...(dryRun ? { dryRun } : {}),
      }
      return [numbered(view, plan.people === 2 ? { ...wanted, people: 2 } : wanted, plan.request.id.slice(0, 16), nowMs)]
    }
    const parameters = BY_HAND[action]
    if (!parameters) return []
    const isForTwo = plans.some(({ request, people }) => request.action === action && people === 2) // also when nobody approved in time
    const basis = `by-hand-${(target.uid ?? target.containerId ?? '').slice(0, 12)}`
    const wanted = { incident: incident.id, action, parameters, target, expiresMs: nowMs + DAY_MS }
    return [numbered(view, isForTwo ? { ...wanted, people: 2 } : wanted, basis, nowMs)]
  })
}

/** One button for all that is asked: what it rejects is what was shown with it. */
function rejectOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  const { incident, plans } = view
  if (incident.status === 'closed') return []
  const asked = plans.filter((plan) => asks(plan, nowMs) && !isUsed(view, plan.request.action, plan.request.id))
  if (asked.length === 0) return []
  const ids = asked.map(({ request }) => request.id).sort()
  const expiresMs = Math.max(...asked.map(({ request }) => request.expiresMs))
  const wanted = { incident: incident.id, action: 'reject', parameters: { plans: ids }, expiresMs }
  return [numbered(view, wanted, contentId(ids).slice(0, 16), nowMs)]
}

function silenceOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  const { incident, silences } = view
  const holding = silences.filter(({ untilMs, endedBy }) => nowMs < untilMs && endedBy === undefined)
  if (holding.length > 0) {
    const names = holding.map(({ name }) => name).sort()
    const expiresMs = Math.max(...holding.map(({ untilMs }) => untilMs))
    const wanted = { incident: incident.id, action: 'end_silence', parameters: { names }, expiresMs }
    return [numbered(view, wanted, contentId(names).slice(0, 16), nowMs)]
  }
  if (incident.status === 'closed') return []
  const [rule, shown] = [worstRule(incident), shownMark(incident)] // another menu whenever it is another incident that one is shown
  const wanted = { incident: incident.id, action: 'silence', parameters: { rule, shown }, expiresMs: nowMs + 7 * DAY_MS }
  return [numbered(view, wanted, contentId(rule, shown).slice(0, 16), nowMs)]
}

function closingOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  if (view.incident.status === 'closed') return []
  const wanted = { incident: view.incident.id, action: 'not_a_threat', parameters: {}, expiresMs: nowMs + 7 * DAY_MS }
  return [numbered(view, wanted, 'not-a-threat', nowMs)]
}

/** Whether the response still asks for approval of it. */
function asks({ mode, request, decision }: PlannedAction, nowMs: number): boolean {
  return mode === 'approve' && decision === undefined && nowMs < request.expiresMs
}

function releaseOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  const { incident, actions, context } = view
  const isGone = ({ request: { target } }: ActionRecord): boolean =>
    inForce(view, 'delete') || (context?.absent !== undefined && context.of === `${target.namespace}/${target.pod}`)
  const undoable = actions
    .filter(({ request, data }) => data !== undefined && actionNamed(request.action)?.undo)
    .filter(({ outcome, undoneBy }) => undoneBy === undefined && outcome !== undefined && outcome.state !== 'skipped')
    .filter((record) => !isGone(record) || actionNamed(record.request.action)?.outlivesPod)
    .toSorted((a, b) => (a.begunMs ?? 0) - (b.begunMs ?? 0))
  if (isPending(view, 'release')) return []
  const byCluster = Map.groupBy(undoable, ({ request }) => request.target.cluster)
  return [...byCluster.values()].flatMap((records) => {
    const [first] = records
    const of = records.map(({ request }) => request.id)
    const expiresMs = nowMs + 7 * DAY_MS
    const wanted = first && { incident: incident.id, action: 'release', parameters: { of }, target: first.request.target, expiresMs }
    return wanted ? [numbered(view, wanted, contentId(of).slice(0, 16), nowMs)] : []
  })
}

function acknowledgeOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  if (view.incident.status !== 'open') return []
  return [
    numbered(view, { incident: view.incident.id, action: 'acknowledge', parameters: {}, expiresMs: nowMs + 7 * DAY_MS }, 'ack', nowMs),
  ]
}

/** The pod of the last detection that says which one it is. The audit log has no container: nothing can be proven by it alone. */
function latestTarget(incident: Incident): Target | undefined {
  const proving = latestPod(incident, ({ containerId }) => containerId !== undefined)
  if (!proving) return undefined
  const { namespace, pod, podUid, containerId, node, timeNs } = proving
  const proof = { ...(podUid ? { uid: podUid } : {}), ...(containerId ? { containerId } : {}), ...(node ? { node } : {}) }
  return { cluster: incident.subject.cluster, namespace, pod, ...proof, seenNs: timeNs }
}

/** As far as two pieces of evidence tell: the same uid, else the same container. */
function isSamePod(a: Target, b: Target): boolean {
  return a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.containerId === b.containerId
}

/** Whether this action is done and not undone on the pod that is there now: by its uid where the cluster was asked, else by the evidence. */
function inForce(view: IncidentView, name: string): boolean {
  const target = latestTarget(view.incident)
  const uid = view.context?.pod?.uid
  const isOfNow = ({ podUid, request }: ActionRecord) =>
    (uid !== undefined && podUid === uid) || target === undefined || isSamePod(request.target, target)
  return view.actions.some((record) => record.request.action === name && record.outcome?.state === 'done' && isOfNow(record))
}

/** Pressed or sent, and without an outcome yet. A press that came after somebody else's decision is none. */
export function isPending({ offers, actions, plans }: IncidentView, name: string): boolean {
  const settled = new Set(actions.filter(({ outcome }) => outcome !== undefined).map(({ request }) => request.id))
  const decided = new Map(plans.map(({ request, decision }) => [request.id, decision]))
  const isOverruled = ({ plan, claim }: Offer): boolean => {
    const decision = plan === undefined ? undefined : decided.get(plan)
    return claim !== undefined && decision !== undefined && !isDecisionOf(decision, { kind: 'approved', ...claim })
  }
  const pressed = offers
    .map(({ offer }) => offer)
    .filter((offer) => offer.action === name && offer.claim !== undefined && offer.doneMs === undefined && !isOverruled(offer))
  if (pressed.some((offer) => !settled.has(requestOf(offer)?.id ?? ''))) return true
  return actions.some(({ request, outcome }) => request.action === name && outcome === undefined)
}

/** Whether the button that asked for this planned action was pressed. */
export function isUsed({ offers }: IncidentView, action: string, planId: string): boolean {
  return offers.some(({ sk, offer }) => sk.startsWith(`offer#${action}#${planId.slice(0, 16)}#`) && offer.claim !== undefined)
}

/** Under the number of the offer that can still be pressed, or the next one: a used or expired nonce is never offered again. */
function numbered({ offers }: IncidentView, wanted: Omit<WantedOffer, 'sk'>, basis: string, nowMs: number): WantedOffer {
  const prefix = `offer#${wanted.action}#${basis}#`
  const earlier = offers.filter(({ sk }) => sk.startsWith(prefix))
  const open = earlier.find(({ offer }) => offer.claim === undefined && nowMs < offer.expiresMs)
  return { ...wanted, sk: open?.sk ?? `${prefix}${String(earlier.length).padStart(4, '0')}` }
}

const TITLES: ReadonlyMap<string, string> = new Map([
  ['release', 'Release'],
  ['acknowledge', 'Acknowledge'],
  ['reject', 'Reject'],
  ['silence', 'Silence'],
  ['end_silence', 'End the silence'],
  ['not_a_threat', 'Not a threat'],
])

/** The button's word: of an action, or of an offer, which may be the answer to a response that asks (`Approve: Isolate`). */
export function offerTitle(of: string | Pick<Offer, 'action' | 'plan'>): string {
  if (typeof of !== 'string' && of.plan !== undefined) return `Approve: ${offerTitle(of.action)}`
  const action = typeof of === 'string' ? of : of.action
  return actionNamed(action)?.title ?? TITLES.get(action) ?? action
}

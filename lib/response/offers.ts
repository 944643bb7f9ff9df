import { contentId } from '../detection/id.ts'
import type { Incident } from '../incident/incident.ts'
import { actionNamed } from './actions/index.ts'
import { requestOf, type WantedOffer } from './offer.ts'
import type { Target } from './request.ts'
import type { IncidentView } from './view.ts'

/** What a person is offered by hand, when no response asks for it: with these parameters. */
const BY_HAND = { isolate: { expires: '4h' }, delete: {} } as const
const BUTTON_LIFETIME_MS = 24 * 3600_000

/** What may be pressed as the incident now stands; pure. An action that is in force, or asked for and not yet settled, is not offered
 *  again; what is in force can be released, even when the incident is closed; a response in mode approve gives its own parameters and expiry. */
export function wantedOffers(view: IncidentView, nowMs: number): readonly WantedOffer[] {
  const { incident } = view
  const offers: WantedOffer[] = []
  const gone = inForce(view, 'delete') || view.context?.absent !== undefined
  const target = targetOfIncident(incident, view)
  if (incident.status !== 'closed' && target && !gone) {
    for (const [action, byHand] of Object.entries(BY_HAND)) {
      if (inForce(view, action) || isPending(view, action)) continue
      const plan = view.plans.find(
        ({ mode, request }) =>
          mode === 'approve' && request.action === action && nowMs < request.expiresMs && !isUsed(view, action, request.id),
      )
      const wanted = plan
        ? {
            incident: incident.id,
            action,
            parameters: plan.request.parameters,
            target: plan.request.target,
            expiresMs: plan.request.expiresMs,
          }
        : { incident: incident.id, action, parameters: byHand, target, expiresMs: nowMs + BUTTON_LIFETIME_MS }
      offers.push(numbered(view, wanted, plan ? plan.request.id.slice(0, 16) : 'by-hand', nowMs))
    }
  }
  const undoable = view.actions.filter(
    ({ request, outcome }) =>
      outcome?.state === 'done' && outcome.undo !== undefined && (!gone || actionNamed(request.action)?.outlivesPod),
  )
  const [first] = undoable
  if (first && !isPending(view, 'release')) {
    const of = undoable.toSorted((a, b) => (a.begunMs ?? 0) - (b.begunMs ?? 0)).map(({ request }) => request.id)
    const wanted = {
      incident: incident.id,
      action: 'release',
      parameters: { of },
      target: first.request.target,
      expiresMs: nowMs + 7 * BUTTON_LIFETIME_MS,
    }
    offers.push(numbered(view, wanted, contentId(of).slice(0, 16), nowMs))
  }
  if (incident.status === 'open') {
    offers.push(
      numbered(
        view,
        { incident: incident.id, action: 'acknowledge', parameters: {}, expiresMs: nowMs + 7 * BUTTON_LIFETIME_MS },
        'ack',
        nowMs,
      ),
    )
  }
  return offers
}

/** The pod that the incident's worst evidence is about, if it is about a pod. */
function targetOfIncident({ subject, evidence }: Incident, { plans }: IncidentView): Target | undefined {
  const planned = plans[0]?.request.target
  if (planned) return planned
  if (subject.kind !== 'pod' || !subject.namespace || !subject.pod) return undefined
  const last = evidence.at(-1)
  if (!last) return undefined
  const { podUid, containerId, node } = last
  const proof = { ...(podUid ? { uid: podUid } : {}), ...(containerId ? { containerId } : {}), ...(node ? { node } : {}) }
  return { cluster: subject.cluster, namespace: subject.namespace, pod: subject.pod, ...proof, seenNs: last.timeNs }
}

function inForce({ actions }: IncidentView, name: string): boolean {
  return actions.some(({ request, outcome }) => request.action === name && outcome?.state === 'done')
}

/** Pressed or sent, and without an outcome yet. */
export function isPending({ offers, actions }: IncidentView, name: string): boolean {
  const settled = new Set(actions.filter(({ outcome }) => outcome !== undefined).map(({ request }) => request.id))
  const pressed = offers.map(({ offer }) => offer).filter(({ action, claim }) => action === name && claim !== undefined)
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

/** The button's word. */
export function offerTitle(action: string): string {
  return actionNamed(action)?.title ?? { release: 'Release', acknowledge: 'Acknowledge' }[action] ?? action
}

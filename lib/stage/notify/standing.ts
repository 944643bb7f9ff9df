import type { IncidentView } from '../../response/view.ts'

/** Whether a response waits for a person's word on it. */
export function asksApproval({ plans, offers }: IncidentView, nowMs: number): boolean {
  const answered = new Set(offers.flatMap(({ offer }) => (offer.claim && offer.plan ? [offer.plan] : [])))
  return plans.some(
    ({ mode, request, decision }) => mode === 'approve' && decision === undefined && nowMs < request.expiresMs && !answered.has(request.id),
  )
}

/** What must not wait behind others, as far as there is room at all. */
export function isUrgent(view: IncidentView, nowMs: number): boolean {
  return view.incident.severity >= 5 || asksApproval(view, nowMs)
}

/** Whether something was done about it, by a response or a person: looking at what would be done does not count. */
export function isActedOn({ incident, actions, offers }: IncidentView): boolean {
  const isDone = actions.some(
    ({ request, outcome }) => request.dryRun !== true && outcome !== undefined && !WITHOUT_EFFECT.has(outcome.state),
  )
  return (
    isDone || incident.status === 'acknowledged' || incident.status === 'contained' || offers.some(({ offer }) => offer.claim !== undefined)
  )
}

const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['dry_run', 'skipped', 'expired'])

import { incidentPartition } from '../incident/incident.ts'
import { type Store, update } from '../port/store.ts'
import { type PlanDecision, PlannedAction, planSortKey } from './plan.ts'

/** Answers the question whether the planned action (by its action id) is to be done. The plan as it then stands: with the first answer, whoever
 *  gave it. Undefined: there is no such plan. */
export async function decidePlan(
  store: Store,
  { incident, plan }: { readonly incident: string; readonly plan: string },
  decision: PlanDecision,
): Promise<PlannedAction | undefined> {
  const key = { pk: incidentPartition(incident), sk: planSortKey(plan) }
  return update(store, key, PlannedAction, (planned) => (planned && planned.decision === undefined ? { ...planned, decision } : undefined))
}

/** Whether the decision is the one that came of this press. */
export function isDecisionOf(decision: PlanDecision | undefined, press: Pick<PlanDecision, 'kind' | 'user' | 'atMs'>): boolean {
  return decision?.kind === press.kind && decision.user === press.user && decision.atMs === press.atMs
}

import * as z from 'zod'
import { countOf, isPercent } from '../kind/int-or-percent.ts'
import { DEPLOYMENT, POD, POD_DISRUPTION_BUDGET, REPLICA_SET } from '../kind/kinds.ts'
import { BudgetSpec, Observed } from '../kind/spec.ts'
import { type ApiObject, controllerOf, timestamp } from '../object.ts'
import type { Objects } from '../objects.ts'
import { selects } from '../read/selector.ts'
import { isReady } from './replica-set.ts'

const Sized = z.looseObject({ replicas: z.number() })

/** The budgets that are about a pod. */
export function budgetsOf(objects: Objects, { metadata: { namespace, labels } }: ApiObject): readonly ApiObject[] {
  return objects.list(POD_DISRUPTION_BUDGET, namespace).filter(({ spec }) => {
    const { selector } = BudgetSpec.parse(spec ?? {})
    return selector !== undefined && selects(selector, labels)
  })
}

/** Keeps in a PodDisruptionBudget's status how many of its pods may go now. `now`: Unix milliseconds. */
export function reconcileBudget(objects: Objects, budget: ApiObject, now: number): void {
  const counts = countsOf(objects, budget)
  const enough = counts && counts.disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods'
  const conditions = [conditionOf(budget, counts ? enough : 'SyncFailed', now)]
  const status = { ...(counts ?? { ...budget.status, disruptionsAllowed: 0 }), conditions }
  objects.replace(POD_DISRUPTION_BUDGET, { ...budget, status })
}

/** As in Kubernetes, a share of the pods and `maxUnavailable` count against what the pods' owners ask for, to which pods without an owner add
 *  nothing. Undefined where an owner cannot be scaled, such as a DaemonSet. */
function countsOf(objects: Objects, { metadata, spec }: ApiObject) {
  const { selector, minAvailable, maxUnavailable } = BudgetSpec.parse(spec ?? {})
  const pods = selector ? objects.list(POD, metadata.namespace).filter((pod) => selects(selector, pod.metadata.labels)) : []
  const isOfOwners = maxUnavailable !== undefined || isPercent(minAvailable)
  const expectedPods = isOfOwners ? askedFor(objects, pods) : minAvailable === undefined ? 0 : pods.length
  if (expectedPods === undefined) return undefined
  const least =
    maxUnavailable === undefined ? countOf(minAvailable ?? 0, expectedPods) : expectedPods - countOf(maxUnavailable, expectedPods)
  const desiredHealthy = Math.max(0, least)
  const currentHealthy = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod)).length
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  return { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods }
}

function conditionOf({ status }: ApiObject, reason: string, now: number) {
  const condition = { type: 'DisruptionAllowed', status: reason === 'SufficientPods' ? 'True' : 'False', reason, message: '' }
  const before = Observed.parse(status ?? {}).conditions.find((one) => one.type === condition.type && one.status === condition.status)
  return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? timestamp(now) }
}

/** How many pods the owners of these ask for together; undefined where one has an owner that cannot be scaled, such as a DaemonSet. */
function askedFor(objects: Objects, pods: readonly ApiObject[]): number | undefined {
  const sizes = new Map<string, number>()
  for (const pod of pods) {
    if (!controllerOf(pod)) continue
    const owner = workloadOf(objects, pod)
    const size = Sized.safeParse(owner?.spec)
    if (!owner || !size.success) return undefined
    sizes.set(owner.metadata.uid, size.data.replicas)
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** The workload with a scale that a pod belongs to: its owner, or the Deployment of that. */
function workloadOf(objects: Objects, object: ApiObject): ApiObject | undefined {
  const reference = controllerOf(object)
  const kind = objects.kinds.find((one) => one.kind === reference?.kind && one.apiVersion === reference.apiVersion)
  if (!reference || !kind?.subresources?.includes('scale')) return undefined
  const owner = objects.get({ kind, namespace: object.metadata.namespace ?? '', name: reference.name })
  if (owner?.metadata.uid !== reference.uid) return undefined
  return kind === REPLICA_SET && controllerOf(owner)?.kind === DEPLOYMENT.kind ? (workloadOf(objects, owner) ?? owner) : owner
}

import * as z from 'zod'
import { budgetsOf } from '../controller/disruption.ts'
import { withoutNulls } from '../json.ts'
import { POD } from '../kind/kinds.ts'
import { Observed } from '../kind/spec.ts'
import type { ApiObject } from '../object.ts'
import type { Place } from '../objects.ts'
import { isDryRun } from '../request.ts'
import { type Answer, badRequest, done, internalError, notFound, otherNamespace, refuse, type Status, tooManyRequests } from '../status.ts'
import { type DeleteFrom, remove } from './delete.ts'
import { deleteOptions } from './delete-options.ts'

const UNDECODABLE = 'Eviction in version "v1" cannot be handled as a Eviction'
const MANY_BUDGETS = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget."

const Eviction = z.looseObject({
  apiVersion: z.literal(['policy/v1', '']).default(''),
  kind: z.literal(['Eviction', '']).default(''),
  metadata: z.looseObject({ name: z.string().default(''), namespace: z.string().optional() }).prefault({}),
  deleteOptions: z.looseObject({}).default({}),
})
const BudgetStatus = z.looseObject({
  disruptionsAllowed: z.number().catch(0),
  currentHealthy: z.number().catch(0),
  desiredHealthy: z.number().catch(0),
  conditions: z.array(z.looseObject({ reason: z.string() })).catch([]),
})

/** Deletes a pod as a policy/v1 Eviction asks for it, where its PodDisruptionBudget allows that; a trial is answered and deletes nothing. As
 *  in Kubernetes, the budget is asked before the uid is compared. A budget's `unhealthyPodEvictionPolicy` is not looked at. */
export function evict(from: DeleteFrom, place: Place, raw: unknown): Answer {
  const eviction = Eviction.safeParse(withoutNulls(raw))
  if (!eviction.success) return refuse(badRequest(`${UNDECODABLE}: ${eviction.error.issues[0]?.path.join('.')}`))
  const { metadata, deleteOptions: said } = eviction.data
  if ((metadata.namespace ?? place.namespace) !== place.namespace) return refuse(otherNamespace())
  if (metadata.name !== place.name) return refuse(badRequest('name in URL does not match name in Eviction object'))
  const options = deleteOptions(said, new URLSearchParams())
  if (options.refused) return refuse(options.refused)
  const dry = isDryRun(options.value.dryRun ?? [], 'DeleteOptions')
  if (dry.refused) return refuse(dry.refused)
  const pod = from.objects.get(place)
  if (!pod) return refuse(notFound(POD, place.name))
  const blocked = isDisruption(pod) ? blockedBy(budgetsOf(from.objects, pod)) : undefined
  if (blocked) return refuse(blocked)
  const removed = remove({ ...from, dryRun: from.dryRun || dry.value }, place, options.value)
  return removed.code === 200 ? done() : removed
}

/** Not of a pod that does not run, or is ending anyway. */
function isDisruption({ metadata, status }: ApiObject): boolean {
  const { phase = '' } = Observed.parse(status ?? {})
  return metadata.deletionTimestamp === undefined && !['Pending', 'Succeeded', 'Failed'].includes(phase)
}

function blockedBy([budget, ...others]: readonly ApiObject[]): Status | undefined {
  if (!budget) return undefined
  if (others.length > 0) return internalError(MANY_BUDGETS)
  const { disruptionsAllowed, currentHealthy, desiredHealthy, conditions } = BudgetStatus.parse(budget.status ?? {})
  if (disruptionsAllowed > 0) return undefined
  const isUnknown = conditions.some(({ reason }) => reason === 'SyncFailed')
  const needs =
    currentHealthy > desiredHealthy
      ? 'does not allow evicting pods currently'
      : `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  const why = isUnknown ? 'is still being processed by the server.' : needs
  return tooManyRequests(BLOCKED, { reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} ${why}` })
}

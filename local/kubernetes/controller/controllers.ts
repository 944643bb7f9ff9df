import type { Kind } from '../kind/kind.ts'
import { DEPLOYMENT, NAMESPACE, NODE, POD, POD_DISRUPTION_BUDGET, REPLICA_SET, SERVICE_ACCOUNT } from '../kind/kinds.ts'
import { WorkloadSpec } from '../kind/spec.ts'
import { newObject } from '../new-object.ts'
import { type ApiObject, controllerOf } from '../object.ts'
import type { Change, Objects, Place } from '../objects.ts'
import { selects } from '../read/selector.ts'
import { reconcileDeployment } from './deployment.ts'
import { reconcileBudget } from './disruption.ts'
import { collect } from './garbage.ts'
import { createKubelet } from './kubelet.ts'
import { reconcileReplicaSet } from './replica-set.ts'

/** The controllers of the cluster. What they answer lets them work until nothing is left to do: call it after every write.
 *  `clock` gives Unix milliseconds. */
export function startControllers(objects: Objects, clock: () => number): () => void {
  const changes: Change[] = []
  const waiting = new Map<string, Place>()
  const run = createKubelet(objects, clock)
  objects.watch((change) => changes.push(change))

  const notice = (change: Change) => {
    collect(objects, change, clock())
    if (change.kind === NAMESPACE && !change.before && change.after) addServiceAccount(objects, change.after)
    for (const [kind, { metadata }] of [...affected(objects, change), ...budgetsBeside(objects, change)]) {
      const place = { kind, namespace: metadata.namespace ?? '', name: metadata.name }
      waiting.set(`${kind.kind}/${place.namespace}/${place.name}`, place)
    }
  }

  return () => {
    while (changes.length > 0 || waiting.size > 0) {
      for (const change of changes.splice(0)) notice(change)
      const [next] = waiting
      if (!next) continue
      const [key, place] = next
      waiting.delete(key)
      const object = objects.get(place)
      if (!object) continue
      if (place.kind === POD) run(object)
      else if (place.kind === REPLICA_SET) reconcileReplicaSet(objects, object, clock())
      else if (place.kind === DEPLOYMENT) reconcileDeployment(objects, object, clock())
      else reconcileBudget(objects, object, clock())
    }
  }
}

/** The pods, ReplicaSets and Deployments that a change may concern. */
function affected(objects: Objects, { kind, before, after }: Change): readonly (readonly [Kind, ApiObject])[] {
  const object = after ?? before
  if (!object) return []
  const namespace = object.metadata.namespace ?? ''
  if (kind === NODE) return objects.list(POD).map((pod) => [POD, pod] as const)
  if (kind === DEPLOYMENT) return [[DEPLOYMENT, object]]
  if (kind !== REPLICA_SET && kind !== POD) return []
  const owners = [controllerOf(before)?.uid, controllerOf(after)?.uid]
  const ownerKind = kind === POD ? REPLICA_SET : DEPLOYMENT
  const owning = objects
    .list(ownerKind, namespace)
    .filter((owner) => owners.includes(owner.metadata.uid) || (kind === POD && adopts(owner, after)))
  return [[kind, object], ...owning.map((owner) => [ownerKind, owner] as const)]
}

/** The PodDisruptionBudgets of a namespace may count otherwise when one of its pods, or how many it should have, changes. */
function budgetsBeside(objects: Objects, { kind, before, after }: Change): readonly (readonly [Kind, ApiObject])[] {
  const counts = kind === POD || kind === POD_DISRUPTION_BUDGET || kind.subresources?.includes('scale')
  if (!counts) return []
  const { namespace } = (after ?? before)?.metadata ?? {}
  return objects.list(POD_DISRUPTION_BUDGET, namespace).map((budget) => [POD_DISRUPTION_BUDGET, budget] as const)
}

function adopts({ spec }: ApiObject, pod: ApiObject | undefined): boolean {
  return pod !== undefined && !controllerOf(pod) && selects(WorkloadSpec.parse(spec).selector, pod.metadata.labels)
}

function addServiceAccount(objects: Objects, { metadata: { name: namespace } }: ApiObject): void {
  const place = { kind: SERVICE_ACCOUNT, namespace, name: 'default' }
  if (!objects.get(place)) objects.add(SERVICE_ACCOUNT, newObject({}, place))
}

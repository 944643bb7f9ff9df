import { POD, REPLICA_SET } from '../kind/kinds.ts'
import { Observed, type PodTemplate, WorkloadSpec } from '../kind/spec.ts'
import { generateName, newObject } from '../new-object.ts'
import { type ApiObject, controllerOf, ownedBy, withOwners, withoutOwner } from '../object.ts'
import type { Objects } from '../objects.ts'
import { type Selector, selects } from '../read/selector.ts'
import { end, marked } from '../write/ending.ts'

const MOST_PODS = 5_000

/** Gives a ReplicaSet as many pods as it asks for (5,000 at most), the newest going first, and keeps its status.
 *  Pods that it no longer selects are let go, and pods without a controller that it selects become its own, as Kubernetes does.
 *  `now`: Unix milliseconds. */
export function reconcileReplicaSet(objects: Objects, replicaSet: ApiObject, now: number): void {
  if (replicaSet.metadata.deletionTimestamp !== undefined) return
  const { replicas, selector, template } = WorkloadSpec.parse(replicaSet.spec)
  const active = claimedPods(objects, replicaSet, selector).filter(isActive).sort(byAge)
  const wanted = Math.min(replicas, MOST_PODS)
  for (const pod of active.splice(wanted)) end(objects, POD, marked(POD, pod, { now }))
  while (active.length < wanted) active.push(objects.add(POD, podFrom(objects, replicaSet, template)))
  const ready = active.filter(isReady).length
  const status = { replicas: active.length, fullyLabeledReplicas: active.length, readyReplicas: ready, availableReplicas: ready }
  objects.replace(REPLICA_SET, { ...replicaSet, status })
}

function claimedPods(objects: Objects, replicaSet: ApiObject, selector: Selector): ApiObject[] {
  const { namespace = '', uid } = replicaSet.metadata
  const claimed: ApiObject[] = []
  for (const pod of objects.list(POD, namespace)) {
    const owner = controllerOf(pod)
    const isSelected = selects(selector, pod.metadata.labels)
    if (owner?.uid === uid && isSelected) claimed.push(pod)
    else if (owner?.uid === uid) objects.replace(POD, withoutOwner(pod, uid))
    else if (!owner && isSelected && isActive(pod)) {
      claimed.push(objects.replace(POD, withOwners(pod, [...(pod.metadata.ownerReferences ?? []), ownedBy(replicaSet)])))
    }
  }
  return claimed
}

function podFrom(objects: Objects, replicaSet: ApiObject, { metadata, spec }: PodTemplate): ApiObject {
  const { name: owner, namespace = '' } = replicaSet.metadata
  const generated = () => generateName(`${owner}-`)
  let name = generated()
  while (objects.get({ kind: POD, namespace, name })) name = generated()
  const { labels = {}, annotations } = metadata
  const said = { generateName: `${owner}-`, labels, ...(annotations ? { annotations } : {}), ownerReferences: [ownedBy(replicaSet)] }
  return newObject({ metadata: said, spec }, { kind: POD, namespace, name })
}

function isActive({ metadata, status }: ApiObject): boolean {
  const { phase } = Observed.parse(status ?? {})
  return metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed'
}

/** Whether a pod says that it can serve. */
export function isReady({ status }: ApiObject): boolean {
  const { conditions } = Observed.parse(status ?? {})
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')
}

function byAge({ metadata: a }: ApiObject, { metadata: b }: ApiObject): number {
  return a.creationTimestamp.localeCompare(b.creationTimestamp) || a.name.localeCompare(b.name)
}

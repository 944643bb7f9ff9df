import { createHash } from 'node:crypto'
import * as z from 'zod'
import { inOrder } from '../json.ts'
import { DEPLOYMENT, REPLICA_SET } from '../kind/kinds.ts'
import { Observed, type PodTemplate, WorkloadSpec } from '../kind/spec.ts'
import { newObject, SAFE_LETTERS } from '../new-object.ts'
import { type ApiObject, controllerOf, ownedBy, timestamp } from '../object.ts'
import type { Objects } from '../objects.ts'

const HASH_LABEL = 'pod-template-hash'
const Count = z.number().catch(0)
const Counts = z.object({ replicas: Count, readyReplicas: Count, availableReplicas: Count })

/** Gives a Deployment the ReplicaSet of its template, at its own size, takes its others down to none, and keeps its status.
 *  `now`: Unix milliseconds. */
export function reconcileDeployment(objects: Objects, deployment: ApiObject, now: number): void {
  if (deployment.metadata.deletionTimestamp !== undefined) return
  const { replicas, template } = WorkloadSpec.parse(deployment.spec)
  const { name: owner, namespace = '', uid } = deployment.metadata
  const name = `${owner}-${hashOf(template)}`
  for (const old of objects.list(REPLICA_SET, namespace)) {
    if (controllerOf(old)?.uid === uid && old.metadata.name !== name) resize(objects, old, 0)
  }
  const current = objects.get({ kind: REPLICA_SET, namespace, name })
  if (!current) objects.add(REPLICA_SET, replicaSetFrom(deployment, name))
  else if (controllerOf(current)?.uid === uid) resize(objects, current, replicas)
  const count = Counts.parse(current?.status ?? {})
  const available = conditionOf(deployment, count.availableReplicas === replicas ? 'True' : 'False', now)
  objects.replace(DEPLOYMENT, { ...deployment, status: { ...count, updatedReplicas: count.replicas, conditions: [available] } })
}

/** Whether the Deployment is available, since when: the time stays while the answer does. */
function conditionOf({ status }: ApiObject, answer: 'True' | 'False', now: number) {
  const before = Observed.parse(status ?? {}).conditions.find((one) => one.type === 'Available' && one.status === answer)
  return before ?? { type: 'Available', status: answer, lastTransitionTime: timestamp(now) }
}

function resize(objects: Objects, replicaSet: ApiObject, replicas: number): void {
  objects.replace(REPLICA_SET, { ...replicaSet, spec: { ...replicaSet.spec, replicas } })
}

function replicaSetFrom(deployment: ApiObject, name: string): ApiObject {
  const { replicas, selector, template } = WorkloadSpec.parse(deployment.spec)
  const { namespace = '', name: owner } = deployment.metadata
  const hash = { [HASH_LABEL]: name.slice(owner.length + 1) }
  const labels = { ...template.metadata.labels, ...hash }
  const spec = {
    replicas,
    selector: { ...selector, matchLabels: { ...selector.matchLabels, ...hash } },
    template: { ...template, metadata: { ...template.metadata, labels } },
  }
  return newObject({ metadata: { labels, ownerReferences: [ownedBy(deployment)] }, spec }, { kind: REPLICA_SET, namespace, name })
}

/** Ten letters that depend on the template alone. */
function hashOf(template: PodTemplate): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(inOrder(template)))
    .digest()
  return [...digest.subarray(0, 10)].map((byte) => SAFE_LETTERS[byte % SAFE_LETTERS.length]).join('')
}

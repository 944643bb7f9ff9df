import type { Detection } from './detection.ts'

/** What a pod is one of. `kind`: where the agent says it. */
export type Workload = { readonly name: string; readonly kind?: string }

/** What agents' own fields say, the nearest to the person who wrote it first. */
const SAID: readonly (readonly [field: string, kind: string])[] = [
  ['k8smeta.deployment.name', 'Deployment'],
  ['k8s.deployment.name', 'Deployment'],
  ['k8smeta.ds.name', 'DaemonSet'],
  ['k8smeta.statefulset.name', 'StatefulSet'],
]

// What Kubernetes adds to a name: characters of its safe alphabet (no vowels, no 0, 1, 3), a StatefulSet's ordinal, a CronJob's time.
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]'
const MADE: readonly RegExp[] = [
  new RegExp(`^(.+)-${SAFE}{6,10}-${SAFE}{5}$`), // a Deployment's ReplicaSet and its pod
  new RegExp(`^(.+)-\\d{8}-${SAFE}{5}$`), // a CronJob's Job and its pod
  new RegExp(`^(.+)-${SAFE}{5}$`), // of a ReplicaSet, DaemonSet or Job
  /^(.+)-(?:0|[1-9]\d{0,3})$/, // a StatefulSet's
]

/** The workload of a detection's pod: what the agent says, else by how Kubernetes makes names of pods (k8s.io/apiserver/pkg/storage/names,
 *  rand.SafeEncodeString), else the pod itself. undefined without a pod. A guess from a name is good for grouping, never proof. */
export function workloadOf({ pod, fields }: Pick<Detection, 'pod' | 'fields'>): Workload | undefined {
  if (!pod) return undefined
  for (const [field, kind] of SAID) {
    const name = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (typeof name === 'string' && name !== '' && name !== '<NA>' && name.length <= 253) return { name, kind }
  }
  for (const made of MADE) {
    const name = made.exec(pod.name)?.[1]
    if (name) return { name }
  }
  return { name: pod.name }
}

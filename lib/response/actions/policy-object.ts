import { isDeepStrictEqual } from 'node:util'
import type { Cluster, KubernetesObject } from '../../port/cluster.ts'
import type { Isolation } from './isolate-data.ts'
import { isManaged, MANAGED } from './managed.ts'
import { POLICY_SORTS } from './policy-sort.ts'

const ACTION = 'creance.dev/action'
const ATTEMPTS = 3

/** The policy of an isolation. It selects its own label alone, in the pod's namespace. */
export function policyObject(isolation: Isolation): KubernetesObject {
  const { pod, policy, action, incident } = isolation
  return {
    apiVersion: policy.apiVersion,
    kind: policy.kind,
    metadata: {
      name: policy.name,
      namespace: pod.namespace,
      labels: { ...MANAGED, [ACTION]: action.slice(0, 32) },
      annotations: { 'creance.dev/incident': incident, 'creance.dev/pod': pod.name },
    },
    spec: POLICY_SORTS[policy.sort].spec(isolation),
  }
}

/** Makes the policy, unless it is there. `foreign`: one that is not of this isolation, or says something else, has its name, and is left as it is. */
export async function makePolicy(cluster: Cluster, isolation: Isolation): Promise<'made' | 'foreign'> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if ((await cluster.create(policyObject(isolation))) === 'created') return 'made'
    const found = await cluster.get(nameOf(isolation))
    if (found) return isOf(found, isolation) && saysSo(found, isolation) ? 'made' : 'foreign'
  }
  return 'foreign'
}

/** Takes the policy of this isolation away, and none other that has its name. */
export async function removePolicy(cluster: Cluster, isolation: Isolation): Promise<'removed' | 'absent' | 'foreign'> {
  const name = nameOf(isolation)
  if (!(await cluster.serves(name))) return 'absent' // the kind went away, and every policy of it
  const found = await cluster.get(name)
  if (!found) return 'absent'
  if (!isOf(found, isolation) || !found.metadata.uid) return 'foreign'
  return cluster.remove({ ...name, uid: found.metadata.uid })
}

function nameOf({ pod, policy: { apiVersion, kind, name } }: Isolation) {
  return { apiVersion, kind, namespace: pod.namespace, name }
}

function isOf(policy: KubernetesObject, { action }: Isolation): boolean {
  return isManaged(policy) && policy.metadata.labels?.[ACTION] === action.slice(0, 32)
}

/** Whether it cuts off what would be cut off: labels are easily written, and a policy that says less would pass for an isolation. */
function saysSo({ spec }: KubernetesObject, isolation: Isolation): boolean {
  return isDeepStrictEqual(withoutEmpty(spec), withoutEmpty(JSON.parse(JSON.stringify(policyObject(isolation).spec))))
}

/** API servers leave out lists that are empty, or fill them in, and Calico's adds its tier; no rule that is empty is among ours. */
function withoutEmpty(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null) return spec
  const isDefault = ([key, value]: [string, unknown]) =>
    value === null || (Array.isArray(value) && value.length === 0) || (key === 'tier' && value === 'default')
  return Object.fromEntries(Object.entries(spec).filter((entry) => !isDefault(entry)))
}

import * as z from 'zod'
import type { ClusterReader, KubernetesObject } from '../port/cluster.ts'

/** So many pods, or such a share of the workload's replicas. */
export const ReplicaFloor = z
  .union([z.number().int().min(0).max(100_000), z.string().regex(/^(100|[1-9]?\d)%$/, 'expected a number, or a share from 0% to 100%')])
  .transform((given) => (typeof given === 'number' ? { count: given } : { percent: Number(given.slice(0, -1)) }))
export type ReplicaFloor = z.infer<typeof ReplicaFloor>

const Selector = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).default([]) }),
    )
    .default([]),
})
/** A ReplicationController has a plain map. */
const PlainSelector = z.record(z.string(), z.string()).transform((matchLabels) => ({ matchLabels, matchExpressions: [] }))
const Workload = z.object({
  spec: z.object({ replicas: z.number().int().default(1), selector: z.union([Selector, PlainSelector]) }),
  status: z.object({ desiredNumberScheduled: z.number().int().optional() }).prefault({}),
})
const PodStatus = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }).prefault({})

const MAX_PODS = 1000

/** How a workload (`of`: its uid) stands: how many pods it wants, and which of its pods are ready (uids), those that are isolated or being deleted aside.
 *  Undefined for what keeps no number of pods (a Job), or none. Throws what the cluster throws. */
export type Replicas = { readonly of: string; readonly desired: number; readonly ready: readonly string[] }

export async function replicasOf(
  workload: KubernetesObject | undefined,
  cluster: Pick<ClusterReader, 'list'>,
): Promise<Replicas | undefined> {
  if (!workload || !keepsReplicas(workload)) return undefined
  const { data } = Workload.safeParse(workload)
  const of = workload.metadata.uid ?? ''
  if (!data) return { of, desired: 1, ready: [] } // cannot be read: nothing is ready, and any floor refuses
  const { namespace } = workload.metadata
  const labelSelector = selectorText(data.spec.selector)
  const query = { apiVersion: 'v1', kind: 'Pod', labelSelector, limit: MAX_PODS, ...(namespace === undefined ? {} : { namespace }) }
  const pods = await cluster.list(query)
  const ready = pods.filter(isServing).map(({ metadata }) => metadata.uid ?? '')
  return { of, desired: data.status.desiredNumberScheduled ?? data.spec.replicas, ready }
}

/** Which of the pod's owners, the nearest first, says how many pods there are to be: the nearest that keeps a number, or the Deployment of that. What
 *  stands above them (an operator's kind, or what somebody made up) takes no pod out of the floor. */
export function keeperOf(owners: readonly KubernetesObject[]): KubernetesObject | undefined {
  const at = owners.findIndex(keepsReplicas)
  const [nearest, next] = at < 0 ? [] : owners.slice(at)
  return next && isDeploymentOf(nearest, next) ? next : nearest
}

/** Whether what could not be read above these owners would have had a say in the floor. */
export function hidesKeeper(owners: readonly KubernetesObject[], unread: { readonly apiVersion: string; readonly kind: string }): boolean {
  return keeperOf(owners) === undefined || isDeploymentOf(owners.at(-1), unread)
}

type OfKind = { readonly apiVersion: string; readonly kind: string }

function isDeploymentOf(set: OfKind | undefined, { apiVersion, kind }: OfKind): boolean {
  return set?.kind === 'ReplicaSet' && set.apiVersion === 'apps/v1' && apiVersion === 'apps/v1' && kind === 'Deployment'
}

function keepsReplicas({ apiVersion, kind }: OfKind): boolean {
  return apiVersion === 'apps/v1' || (apiVersion === 'v1' && kind === 'ReplicationController')
}

/** How many ready pods must be left. */
export function floorOf(floors: readonly ReplicaFloor[], desired: number): number {
  return Math.max(0, ...floors.map((floor) => ('count' in floor ? floor.count : Math.ceil((floor.percent * desired) / 100))))
}

function isServing({ metadata, status }: KubernetesObject): boolean {
  if (metadata.deletionTimestamp !== undefined) return false
  if (Object.keys(metadata.labels ?? {}).some((key) => key.startsWith('creance.dev/isolated-'))) return false
  const { data } = PodStatus.safeParse(status)
  return data?.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
}

/** Source: Kubernetes, "Labels and Selectors", set-based requirements. */
function selectorText({ matchLabels, matchExpressions }: z.infer<typeof Selector>): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const sets = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...sets].join(',')
}

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
const Workload = z.object({
  spec: z.object({ replicas: z.number().int().default(1), selector: Selector }),
  status: z.object({ desiredNumberScheduled: z.number().int().optional() }).prefault({}),
})
const PodStatus = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }).prefault({})

const MAX_PODS = 1000

/** How a workload stands: how many pods it wants, and which of its pods are ready (uids), those that are isolated or being deleted aside.
 *  Undefined for what keeps no number of pods (a Job), or none. Throws what the cluster throws. */
export type Replicas = { readonly desired: number; readonly ready: readonly string[] }

export async function replicasOf(
  workload: KubernetesObject | undefined,
  cluster: Pick<ClusterReader, 'list'>,
): Promise<Replicas | undefined> {
  if (workload?.apiVersion !== 'apps/v1') return undefined
  const { data } = Workload.safeParse(workload)
  if (!data) return { desired: 1, ready: [] } // cannot be read: nothing is ready, and any floor refuses
  const { namespace } = workload.metadata
  const labelSelector = selectorText(data.spec.selector)
  const query = { apiVersion: 'v1', kind: 'Pod', labelSelector, limit: MAX_PODS, ...(namespace === undefined ? {} : { namespace }) }
  const pods = await cluster.list(query)
  const ready = pods.filter(isServing).map(({ metadata }) => metadata.uid ?? '')
  return { desired: data.status.desiredNumberScheduled ?? data.spec.replicas, ready }
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

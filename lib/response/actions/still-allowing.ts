import * as z from 'zod'
import { CodedError } from '../../error.ts'
import type { ClusterReader } from '../../port/cluster.ts'
import type { ProvenPod } from '../action.ts'
import { isManaged } from './managed.ts'

const Expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) })
const Selector = z.object({ matchLabels: z.record(z.string(), z.string()).default({}), matchExpressions: z.array(Expression).default([]) })
const Policy = z.object({
  podSelector: Selector.prefault({}),
  ingress: z.array(z.unknown()).default([]),
  egress: z.array(z.unknown()).default([]),
})
type Labels = Readonly<Record<string, string>>

/** The names of other NetworkPolicies that select the pod and allow it something: in Kubernetes policies add up, so what one allows stays
 *  allowed. Where they may not be listed, one entry says so. */
export async function stillAllowing(cluster: ClusterReader, { namespace, labels }: ProvenPod): Promise<readonly string[]> {
  try {
    const policies = await cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace })
    return policies
      .filter((policy) => !isManaged(policy))
      .filter(({ spec }) => {
        const { data } = Policy.safeParse(spec)
        return data !== undefined && (data.ingress.length > 0 || data.egress.length > 0) && selects(data.podSelector, labels)
      })
      .map(({ metadata }) => metadata.name)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'not_permitted') return ['perhaps another (the role may not list them)']
    throw error
  }
}

/** Source: Kubernetes, LabelSelector: all of matchLabels and matchExpressions must hold; an empty selector selects everything. */
function selects({ matchLabels, matchExpressions }: z.infer<typeof Selector>, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key]
      if (operator === 'In') return value !== undefined && values.includes(value)
      if (operator === 'NotIn') return value === undefined || !values.includes(value)
      return operator === 'Exists' ? value !== undefined : value === undefined
    })
  )
}

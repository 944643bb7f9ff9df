import * as z from 'zod'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Asking } from './asking.ts'
import { listOf, partOf, text, textMap } from './bounds.ts'
import type { Context } from './context.ts'

const MAX_PODS = 500

const Expression = z.object({ key: z.string(), operator: z.string(), values: listOf(z.string(), 100) })
const WorkloadView = partOf(
  z.object({ spec: partOf(z.object({ selector: partOf(z.object({ matchLabels: textMap, matchExpressions: listOf(Expression, 50) })) })) }),
)
const ReadyView = partOf(z.object({ status: partOf(z.object({ conditions: listOf(z.object({ type: z.string(), status: text }), 50) })) }))

/** The other pods of the pod's workload: those that the topmost owner with a selector selects, and that a controller like the pod's own has. */
export async function siblingsOf(pod: KubernetesObject, owners: readonly KubernetesObject[], asking: Asking): Promise<Context['siblings']> {
  const { namespace = '', uid } = pod.metadata
  const selector = owners
    .map(selectorOf)
    .filter((one) => one !== '')
    .at(-1)
  if (selector === undefined) return undefined
  const pods = await asking.list('pods of its workload', {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    labelSelector: selector,
    limit: MAX_PODS,
  })
  const kind = controllerKind(pod)
  const others = pods?.filter((one) => one.metadata.uid !== uid && controllerKind(one) === kind)
  return others && { count: others.length, ready: others.filter(isReady).length }
}

/** A workload's selector as a query's text; empty where it has none. Source: Kubernetes, labels and selectors. */
export function selectorOf(workload: KubernetesObject): string {
  const { matchLabels, matchExpressions } = WorkloadView.parse(workload).spec.selector
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.flatMap(({ key, operator, values }) => {
      if (operator === 'In') return [`${key} in (${values.join(',')})`]
      if (operator === 'NotIn') return [`${key} notin (${values.join(',')})`]
      if (operator === 'Exists') return [key]
      return operator === 'DoesNotExist' ? [`!${key}`] : []
    }),
  ]
  const text = terms.join(',')
  return text.length > 2000 ? '' : text
}

function controllerKind({ metadata }: KubernetesObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.kind
}

function isReady(pod: KubernetesObject): boolean {
  return ReadyView.parse(pod).status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

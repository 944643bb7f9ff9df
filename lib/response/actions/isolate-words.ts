import type { Isolation, PolicySort } from './isolate-data.ts'
import type { PuttingBack } from './isolate-labels.ts'
import { isOpen } from './policy-cilium.ts'

const MOST_NAMED = 5
/** What no policy of these sorts reaches. Sources: Kubernetes, "Network Policies" (pod and node; policy lifecycle); Cilium counts the node to
 *  the entity `all`. */
const NODE_REMAINS = 'its node still reaches it, and connections that were open may last'
const LIMITS: Readonly<Record<PolicySort, string>> = {
  kubernetes: NODE_REMAINS,
  calico: NODE_REMAINS,
  cilium: 'its node still reaches it',
}

/** What was done, what stays possible, and what let go of the pod. `others`: what other policies allow. */
export function doneWords({ policy, allow, detached }: Isolation, others: string | undefined): string {
  const networks = allow.cidrs.length > 0 && policy.sort === 'cilium' ? ' (outside the cluster only)' : ''
  const allowed = [
    ...(allow.dns ? ['DNS'] : []),
    ...(allow.cidrs.length > 0 ? [`${some(allow.cidrs)}${networks}`] : []),
    ...(allow.namespaces.length > 0 ? [`namespace ${some(allow.namespaces)}`] : []),
  ]
  const isSealed = policy.sort === 'cilium' && !isOpen(allow, 'ingress')
  return [
    `${policy.kind} ${policy.name}`,
    ...(allowed.length > 0 ? [`allowed: ${allowed.join(', ')}`] : []),
    ...(others ? [`but ${others}`] : []),
    isSealed ? 'the probes of its kubelet fail too' : LIMITS[policy.sort],
    ...(detached.from.length > 0 ? [`taken out of ${detached.from.join(', ')} (labels off: ${some(Object.keys(detached.labels))})`] : []),
    ...detached.notes,
  ].join('; ')
}

/** What is worth saying of an undo; empty: nothing. `putting`: undefined where the pod is gone. */
export function undoneWords(
  { policy, detached }: Isolation,
  { isPolicyGone, putting }: { readonly isPolicyGone: boolean; readonly putting: PuttingBack | undefined },
): string {
  const { back = [], left = [] } = putting ?? {}
  const surplus = detached.isReplaced ? '; its controller may remove one of the two' : ''
  return [
    ...(isPolicyGone ? [`the ${policy.kind} was gone already`] : []),
    ...(putting ? [] : ['the pod is gone']),
    ...(back.length > 0 ? [`labels put back: ${some(back)}${surplus}`] : []),
    ...(left.length > 0 ? [`labels left as somebody else set them: ${some(left)}`] : []),
  ].join('; ')
}

function some(words: readonly string[]): string {
  const more = words.length > MOST_NAMED ? ` and ${words.length - MOST_NAMED} more` : ''
  return `${words.slice(0, MOST_NAMED).join(', ')}${more}`
}

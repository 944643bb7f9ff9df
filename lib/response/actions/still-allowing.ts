import * as z from 'zod'
import { CodedError } from '../../error.ts'
import type { ClusterReader, KubernetesObject } from '../../port/cluster.ts'
import type { Isolation } from './isolate-data.ts'
import { isOpen } from './policy-cilium.ts'
import { type Labels, Selector, selects } from './policy-selector.ts'

/** A common one takes 2 KB. */
const MOST_POLICIES = 250
const MOST_NAMED = 3
const Rules = z.array(z.unknown()).nullish()
const NetworkPolicy = z.object({
  podSelector: Selector.nullish(),
  policyTypes: z.array(z.string()).nullish(),
  ingress: Rules,
  egress: Rules,
})
const CiliumRule = z.object({ endpointSelector: Selector.nullish(), ingress: Rules, egress: Rules })

type Directions = { readonly ingress: boolean; readonly egress: boolean }

/** What traffic of the pod other policies still allow, in words for the outcome; undefined: none that could be seen. `labels`: as they are on the
 *  pod now. Kubernetes' policies add up, and so do Cilium's where they do not deny; Calico's stand before all others of their tier. */
export async function stillAllowing(cluster: ClusterReader, isolation: Isolation, labels: Labels): Promise<string | undefined> {
  const { policy, allow, pod } = isolation
  if (policy.sort === 'calico') return 'what tiers before the default one allow stays allowed'
  const adds =
    policy.sort === 'cilium' ? { ingress: isOpen(allow, 'ingress'), egress: isOpen(allow, 'egress') } : { ingress: true, egress: true }
  if (!adds.ingress && !adds.egress) return undefined
  const kinds = [
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', allows: networkPolicyAllows },
    ...(policy.sort === 'cilium' ? [{ apiVersion: policy.apiVersion, kind: policy.kind, allows: ciliumPolicyAllows }] : []),
  ]
  try {
    const names: string[] = []
    for (const { apiVersion, kind, allows } of kinds) {
      const found = await cluster.list({ apiVersion, kind, namespace: pod.namespace, limit: MOST_POLICIES })
      const others = found.filter(({ metadata }) => kind !== policy.kind || metadata.name !== policy.name)
      names.push(...others.filter((other) => allows(other, labels, adds)).map(({ metadata }) => metadata.name))
      if (found.length >= MOST_POLICIES) names.push('perhaps another')
    }
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
    const named = names.length > 0 ? `${names.slice(0, MOST_NAMED).join(', ')}${more} still allows some of its traffic` : undefined
    const wide = policy.sort === 'cilium' ? 'what clusterwide policies allow stays allowed' : undefined
    return [named && `policies add up, and ${named}`, wide].filter(Boolean).join('; ') || undefined
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const tooLarge = error.code === 'invalid_input' && error.message.includes('too large')
    const unlisted = tooLarge ? 'the policies are too large to be read' : 'they could not be listed'
    const why = error.code === 'not_permitted' ? 'the role may not list them' : unlisted
    return `policies add up, and perhaps another still allows some of its traffic (${why})`
  }
}

function networkPolicyAllows({ spec }: KubernetesObject, labels: Labels, adds: Directions): boolean {
  const { data } = NetworkPolicy.safeParse(spec)
  if (!data || !selects(data.podSelector ?? {}, labels)) return false
  const applies = (type: string) => data.policyTypes == null || data.policyTypes.includes(type)
  const isIn = (rules: z.infer<typeof Rules>) => (rules ?? []).length > 0
  return (adds.ingress && applies('Ingress') && isIn(data.ingress)) || (adds.egress && applies('Egress') && isIn(data.egress))
}

/** A policy has one rule in `spec` or several in `specs`; a rule without content (`{}`) allows nothing. */
function ciliumPolicyAllows(policy: KubernetesObject, labels: Labels, adds: Directions): boolean {
  const specs = 'specs' in policy && Array.isArray(policy.specs) ? policy.specs : []
  return [policy.spec, ...specs].some((spec) => {
    const { data } = CiliumRule.safeParse(spec)
    if (!data?.endpointSelector || !selects(ofPods(data.endpointSelector), labels)) return false
    const isIn = (rules: z.infer<typeof Rules>) => (rules ?? []).some((rule) => Object.keys(Object(rule)).length > 0)
    return (adds.ingress && isIn(data.ingress)) || (adds.egress && isIn(data.egress))
  })
}

/** Cilium's labels name their source: `k8s:app`, `any:app`, or `app` for any. What Cilium itself adds about namespace and the like is left out:
 *  a policy may be named here that does not select the pod, never the other way. */
function ofPods({ matchLabels, matchExpressions }: Selector): Selector {
  const bare = (key: string) => key.replace(/^(k8s|any)[:.]/, '')
  const isOfPod = (key: string) => !key.startsWith('io.kubernetes.pod.') && !key.startsWith('io.cilium.') && !key.includes(':')
  return {
    matchLabels: Object.fromEntries(
      Object.entries(matchLabels ?? {})
        .map(([key, value]) => [bare(key), value] as const)
        .filter(([key]) => isOfPod(key)),
    ),
    matchExpressions: (matchExpressions ?? []).map((one) => ({ ...one, key: bare(one.key) })).filter(({ key }) => isOfPod(key)),
  }
}

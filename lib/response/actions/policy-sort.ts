import type { ClusterReader } from '../../port/cluster.ts'
import type { RbacRule } from '../action.ts'
import type { IsolateParameters, Isolation, PolicySort } from './isolate-data.ts'
import { calicoSpec } from './policy-calico.ts'
import { ciliumSpec, isOpen } from './policy-cilium.ts'
import { kubernetesSpec } from './policy-kubernetes.ts'

/** `prefix` of a policy's name: where it is Calico's bare resource, a name starts with that of its tier. */
type Place = { readonly apiVersion: string; readonly kind: string; readonly prefix: string }

/** `places`: where such a policy may live, the better one first. `resources`: what a role says of them. */
type Sort = {
  readonly places: readonly Place[]
  readonly spec: (isolation: Isolation) => object
  readonly rbac: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[]
}

const KUBERNETES: Sort = {
  places: [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', prefix: '' }],
  spec: kubernetesSpec,
  rbac: [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] }],
}
const CILIUM: Sort = {
  places: [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', prefix: '' }],
  spec: ciliumSpec,
  rbac: [{ apiGroups: ['cilium.io'], resources: ['ciliumnetworkpolicies'] }],
}
const CALICO: Sort = {
  places: [
    { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', prefix: '' },
    { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy', prefix: 'default.' },
  ],
  spec: calicoSpec,
  rbac: [
    { apiGroups: ['projectcalico.org', 'crd.projectcalico.org'], resources: ['networkpolicies'] },
    { apiGroups: ['projectcalico.org'], resources: ['tier.networkpolicies'] },
  ],
}
export const POLICY_SORTS: Readonly<Record<PolicySort, Sort>> = { kubernetes: KUBERNETES, cilium: CILIUM, calico: CALICO }

/** Where a policy of this sort is to be made; undefined where the API server serves none. */
export async function placeOf(cluster: ClusterReader, sort: PolicySort): Promise<Place | undefined> {
  for (const place of POLICY_SORTS[sort].places) if (await cluster.serves(place)) return place
  return undefined
}

/** `list` is for saying what other policies still allow, where policies add up. */
export function policyRbac({ policy, allow_dns, allow_cidrs, allow_namespaces }: IsolateParameters): readonly RbacRule[] {
  const allow = { dns: allow_dns, cidrs: allow_cidrs, namespaces: allow_namespaces }
  const adds = policy === 'kubernetes' || (policy === 'cilium' && isOpen(allow, 'egress'))
  const verbs = ['get', ...(adds ? ['list'] : []), 'create', 'delete']
  const others = policy === 'cilium' && adds ? KUBERNETES.rbac.map((rule) => ({ ...rule, verbs: ['list'] })) : []
  const tiers = policy === 'calico' ? [{ apiGroups: ['projectcalico.org'], resources: ['tiers'], verbs: ['get'] }] : []
  return [...POLICY_SORTS[policy].rbac.map((rule) => ({ ...rule, verbs })), ...others, ...tiers]
}

import { isIPv6Cidr } from './isolate-cidr.ts'
import type { Isolation } from './isolate-data.ts'

/** Before every policy of the tier that has an order of its own; Kubernetes' NetworkPolicies have 1000. */
const FIRST = -1_000_000
const NAME = 'kubernetes.io/metadata.name'

/** The spec of a Calico NetworkPolicy. Rules are tried in their order and the first that fits decides, so nothing after the last, which denies
 *  everything, is asked. Each rule with networks has those of one family: Calico refuses a rule that mixes them. `types` is said since nothing
 *  fills it in where the API server has the bare resource. It lies in the tier `default`, that of policies which name none. */
export function calicoSpec({ label, pod, allow }: Isolation) {
  const nets = [allow.cidrs.filter((cidr) => !isIPv6Cidr(cidr)), allow.cidrs.filter(isIPv6Cidr)].filter((family) => family.length > 0)
  const peers = [
    ...nets.map((family) => ({ nets: family })),
    ...allow.namespaces.map((name) => ({ namespaceSelector: `${NAME} == '${name}'` })),
  ]
  const dns = ['UDP', 'TCP'].map((protocol) => ({
    action: 'Allow',
    protocol,
    destination: { namespaceSelector: `${NAME} == 'kube-system'`, selector: "k8s-app == 'kube-dns'", ports: [53] },
  }))
  return {
    order: FIRST,
    selector: `${label} == '${pod.uid}'`,
    types: ['Ingress', 'Egress'],
    ingress: [...peers.map((source) => ({ action: 'Allow', source })), { action: 'Deny' }],
    egress: [...peers.map((destination) => ({ action: 'Allow', destination })), ...(allow.dns ? dns : []), { action: 'Deny' }],
  }
}

import type { Allowance, Isolation } from './isolate-data.ts'

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace'
const DNS = {
  toEndpoints: [{ matchLabels: { [NAMESPACE]: 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
  toPorts: [
    {
      ports: [
        { port: '53', protocol: 'UDP' },
        { port: '53', protocol: 'TCP' },
      ],
    },
  ],
}

/** The spec of a cilium.io/v2 CiliumNetworkPolicy. Denying wins over what any other policy allows, and so over what this one would: only a
 *  direction without allowances is denied. The other is closed by having rules at all, and what other policies allow there is allowed.
 *  Source: Cilium, "Deny Policies" and "Ingress/Egress Default Deny". */
export function ciliumSpec({ label, pod, allow }: Isolation) {
  const endpoints = allow.namespaces.map((name) => ({ matchLabels: { [NAMESPACE]: name } }))
  const { cidrs } = allow
  const ingress = [...(cidrs.length > 0 ? [{ fromCIDR: cidrs }] : []), ...(endpoints.length > 0 ? [{ fromEndpoints: endpoints }] : [])]
  const egress = [
    ...(cidrs.length > 0 ? [{ toCIDR: cidrs }] : []),
    ...(endpoints.length > 0 ? [{ toEndpoints: endpoints }] : []),
    ...(allow.dns ? [DNS] : []),
  ]
  return {
    endpointSelector: { matchLabels: { [label]: pod.uid } },
    ...(isOpen(allow, 'ingress') ? { ingress } : { ingressDeny: [{ fromEntities: ['all'] }] }),
    ...(isOpen(allow, 'egress') ? { egress } : { egressDeny: [{ toEntities: ['all'] }] }),
  }
}

/** Whether anything stays allowed in a direction. */
export function isOpen({ dns, cidrs, namespaces }: Allowance, direction: 'ingress' | 'egress'): boolean {
  return cidrs.length > 0 || namespaces.length > 0 || (dns && direction === 'egress')
}

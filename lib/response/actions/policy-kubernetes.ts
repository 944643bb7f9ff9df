import type { Isolation } from './isolate-data.ts'

const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

/** The spec of a networking.k8s.io/v1 NetworkPolicy. A direction that it names and has no rule for is closed. */
export function kubernetesSpec({ label, pod, allow }: Isolation) {
  const peers = [
    ...allow.cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    ...allow.namespaces.map((name) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })),
  ]
  const egress = [...(peers.length > 0 ? [{ to: peers }] : []), ...(allow.dns ? [DNS] : [])]
  return {
    podSelector: { matchLabels: { [label]: pod.uid } },
    policyTypes: ['Ingress', 'Egress'],
    ...(peers.length > 0 ? { ingress: [{ from: peers }] } : {}),
    ...(egress.length > 0 ? { egress } : {}),
  }
}

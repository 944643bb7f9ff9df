import { ingressDefaults, networkPolicyDefaults, serviceDefaults } from './defaults.ts'
import type { Kind } from './kind.ts'
import { IngressSpec, NetworkPolicySpec, ServiceSpec } from './spec.ts'

const networking = { apiVersion: 'networking.k8s.io/v1', namespaced: true } as const

/** How traffic finds pods, and what may. Nothing is routed or blocked here, and a Service gets no address. */
export const NETWORK_KINDS: readonly Kind[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    plural: 'services',
    singular: 'service',
    namespaced: true,
    shortNames: ['svc'],
    categories: ['all'],
    subresources: ['status'],
    fields: { 'spec.clusterIP': '', 'spec.type': '' },
    spec: ServiceSpec,
    returnsDeleted: true,
    defaults: serviceDefaults,
  },
  {
    ...networking,
    kind: 'Ingress',
    plural: 'ingresses',
    singular: 'ingress',
    shortNames: ['ing'],
    subresources: ['status'],
    spec: IngressSpec,
    defaults: ingressDefaults,
  },
  {
    ...networking,
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    singular: 'networkpolicy',
    shortNames: ['netpol'],
    spec: NetworkPolicySpec,
    defaults: networkPolicyDefaults,
  },
]

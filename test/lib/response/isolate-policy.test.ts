import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Allowance, IsolateParameters, type Isolation, type PolicySort } from '../../../lib/response/actions/isolate-data.ts'
import { policyObject } from '../../../lib/response/actions/policy-object.ts'

const UID = '6d5b5a80-0b1c-4c9a-8f63-0a4f6a3c2b11'
const NOTHING: Allowance = { dns: false, cidrs: [], namespaces: [] }
const ACTION = '0123456789abcdef'.repeat(4)
const LABEL = 'creance.dev/isolated-0123456789abcdef'
const POLICIES = {
  kubernetes: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  cilium: { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' },
  calico: { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' },
} as const

function isolation(sort: PolicySort, allow: Allowance): Isolation {
  return {
    pod: { namespace: 'shop', name: 'web-1', uid: UID },
    action: ACTION,
    incident: 'incident-1',
    policy: { sort, ...POLICIES[sort], name: 'creance-0123456789abcdef' },
    label: LABEL,
    allow,
    detached: { labels: {}, from: [], isReplaced: false, notes: [] },
  }
}
const specOf = (sort: PolicySort, allow: Partial<Allowance> = {}) => policyObject(isolation(sort, { ...NOTHING, ...allow })).spec

test.each(['kubernetes', 'cilium', 'calico'] as const)(
  '%s: the policy is named and marked as ours, in the namespace of the pod',
  (sort) => {
    expect(policyObject(isolation(sort, NOTHING))).toMatchObject({
      ...POLICIES[sort],
      metadata: {
        name: 'creance-0123456789abcdef',
        namespace: 'shop',
        labels: { 'app.kubernetes.io/managed-by': 'creance', 'creance.dev/action': ACTION.slice(0, 32) },
        annotations: { 'creance.dev/incident': 'incident-1', 'creance.dev/pod': 'web-1' },
      },
    })
  },
)

const KUBE_DNS = {
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
const KUBE = { podSelector: { matchLabels: { [LABEL]: UID } }, policyTypes: ['Ingress', 'Egress'] }
const MONITORING = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }
const PEERS = [{ ipBlock: { cidr: '10.0.0.0/8' } }, { ipBlock: { cidr: 'fd00::/8' } }, MONITORING]

test.each([
  ['nothing', {}, KUBE],
  ['DNS', { dns: true }, { ...KUBE, egress: [KUBE_DNS] }],
  [
    'all three',
    { dns: true, cidrs: ['10.0.0.0/8', 'fd00::/8'], namespaces: ['monitoring'] },
    { ...KUBE, ingress: [{ from: PEERS }], egress: [{ to: PEERS }, KUBE_DNS] },
  ],
])('Kubernetes, allowing %s', (_name, allow, expected) => expect(specOf('kubernetes', allow)).toEqual(expected))

const CILIUM = { endpointSelector: { matchLabels: { [LABEL]: UID } } }
const CILIUM_DNS = {
  toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
  toPorts: [
    {
      ports: [
        { port: '53', protocol: 'UDP' },
        { port: '53', protocol: 'TCP' },
      ],
    },
  ],
}
const CILIUM_MONITORING = [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'monitoring' } }]

test.each([
  ['nothing: denied both ways', {}, { ...CILIUM, ingressDeny: [{ fromEntities: ['all'] }], egressDeny: [{ toEntities: ['all'] }] }],
  ['DNS: only inwards denied', { dns: true }, { ...CILIUM, ingressDeny: [{ fromEntities: ['all'] }], egress: [CILIUM_DNS] }],
  [
    'all three: nothing denied, since that would win',
    { dns: true, cidrs: ['10.0.0.0/8', 'fd00::/8'], namespaces: ['monitoring'] },
    {
      ...CILIUM,
      ingress: [{ fromCIDR: ['10.0.0.0/8', 'fd00::/8'] }, { fromEndpoints: CILIUM_MONITORING }],
      egress: [{ toCIDR: ['10.0.0.0/8', 'fd00::/8'] }, { toEndpoints: CILIUM_MONITORING }, CILIUM_DNS],
    },
  ],
])('Cilium, allowing %s', (_name, allow, expected) => expect(specOf('cilium', allow)).toEqual(expected))

const CALICO = { order: -1_000_000, selector: `${LABEL} == '${UID}'`, types: ['Ingress', 'Egress'] }
const DENY = { action: 'Deny' }
const calicoDns = (protocol: string) => ({
  action: 'Allow',
  protocol,
  destination: { namespaceSelector: "kubernetes.io/metadata.name == 'kube-system'", selector: "k8s-app == 'kube-dns'", ports: [53] },
})
const CALICO_PEERS = [
  { nets: ['10.0.0.0/8'] },
  { nets: ['fd00::/8'] },
  { namespaceSelector: "kubernetes.io/metadata.name == 'monitoring'" },
]

test.each([
  ['nothing', {}, { ...CALICO, ingress: [DENY], egress: [DENY] }],
  ['DNS', { dns: true }, { ...CALICO, ingress: [DENY], egress: [calicoDns('UDP'), calicoDns('TCP'), DENY] }],
  [
    'all three, the families apart',
    { dns: true, cidrs: ['10.0.0.0/8', 'fd00::/8'], namespaces: ['monitoring'] },
    {
      ...CALICO,
      ingress: [...CALICO_PEERS.map((source) => ({ action: 'Allow', source })), DENY],
      egress: [...CALICO_PEERS.map((destination) => ({ action: 'Allow', destination })), calicoDns('UDP'), calicoDns('TCP'), DENY],
    },
  ],
])('Calico, allowing %s', (_name, allow, expected) => expect(specOf('calico', allow)).toEqual(expected))

const anyAllowance = fc.record({
  dns: fc.boolean(),
  cidrs: fc.uniqueArray(fc.constantFrom('10.0.0.0/8', '192.0.2.7/32', 'fd00::/8', '2001:db8::1/128')),
  namespaces: fc.uniqueArray(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/), { maxLength: 5 }),
})
const SELECTED: Readonly<Record<PolicySort, object>> = {
  kubernetes: { podSelector: { matchLabels: { [LABEL]: UID } } },
  cilium: { endpointSelector: { matchLabels: { [LABEL]: UID } } },
  calico: { selector: `${LABEL} == '${UID}'` },
}

test.each(['kubernetes', 'cilium', 'calico'] as const)('%s: whatever is allowed, it selects our label alone', (sort) => {
  fc.assert(
    fc.property(anyAllowance, (allow) => {
      const spec = Object(specOf(sort, allow))
      expect({ podSelector: spec.podSelector, endpointSelector: spec.endpointSelector, selector: spec.selector }).toEqual(SELECTED[sort])
    }),
  )
})

test.each(['kubernetes', 'cilium', 'calico'] as const)(
  '%s: whatever is allowed, both directions are closed, and a rule allows something certain',
  (sort) => {
    fc.assert(
      fc.property(anyAllowance, (allow) => {
        const spec = Object(specOf(sort, allow))
        const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])].filter((rule) => rule.action !== 'Deny')
        for (const rule of rules) {
          const peers = [
            rule.from,
            rule.to,
            rule.fromCIDR,
            rule.toCIDR,
            rule.fromEndpoints,
            rule.toEndpoints,
            rule.source,
            rule.destination,
          ]
          expect(peers.some((peer) => peer !== undefined && Object.keys(peer).length > 0)).toBe(true)
        }
        if (sort === 'kubernetes') expect(spec.policyTypes).toEqual(['Ingress', 'Egress'])
        else if (sort === 'calico')
          expect([spec.ingress.at(-1), spec.egress.at(-1), spec.types]).toEqual([DENY, DENY, ['Ingress', 'Egress']])
        else {
          expect(spec.ingressDeny ?? spec.ingress).not.toEqual([])
          expect(spec.egressDeny ?? spec.egress).not.toEqual([])
          expect(spec.ingressDeny !== undefined && spec.ingress !== undefined).toBe(false)
          expect(spec.egressDeny !== undefined && spec.egress !== undefined).toBe(false)
        }
      }),
    )
  },
)

test.each([
  ['a network with host bits', { allow_cidrs: ['10.1.0.0/8'] }],
  ['all addresses', { allow_cidrs: ['::/0'] }],
  ['a namespace that would break out of a selector', { allow_namespaces: ["a' || all()"] }],
  ['a policy of another kind', { policy: 'istio' }],
  ['a true for detach', { detach: true }],
  ['an unknown key', { allow_ports: [443] }],
])('%s is no parameter', (_name, parameters) => expect(IsolateParameters.safeParse(parameters).success).toBe(false))

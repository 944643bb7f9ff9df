import { expect, test } from 'vitest'
import { grantedBy, Rules } from '../../../lib/context/granted.ts'
import { EVERYTHING, POWERS } from '../../../lib/context/powers.ts'

const RBAC = 'rbac.authorization.k8s.io'
const rule = (verbs: string, resources: string, group = '', resourceNames: string[] = []) => ({
  apiGroups: [group],
  resources: resources.split(','),
  verbs: verbs.split(','),
  resourceNames,
})
const wordsOf = (rules: unknown[], isBound = false) =>
  grantedBy(Rules.parse(rules), { isBound }).map(({ power, names }) => [power.words, ...names].join(' '))

test.each([
  ['everything', rule('*', '*', '*'), ['do everything']],
  ['escalate', rule('escalate', 'clusterroles', RBAC), ['give itself any right (escalate)']],
  ['bind', rule('bind', 'clusterroles', RBAC), ['bind any role (bind)']],
  ['impersonate', rule('impersonate', 'users', ''), ['act as others (impersonate)']],
  ['the kubelets', rule('get', 'nodes/proxy'), ['command the kubelets (nodes/proxy)']],
  ['get secrets', rule('get', 'secrets'), ['read secrets']],
  ['watch secrets', rule('watch', 'configmaps,secrets'), ['read secrets']],
  ['tokens', rule('create', 'serviceaccounts/token'), ['make tokens of service accounts']],
  ['exec', rule('create', 'pods/exec'), ['run commands in pods (exec, attach)']],
  ['attach', rule('get', 'pods/attach'), ['run commands in pods (exec, attach)']],
  ['any exec', rule('create', '*/exec'), ['run commands in pods (exec, attach)']],
  ['debug containers', rule('patch', 'pods/ephemeralcontainers'), ['add containers to running pods']],
  ['pods', rule('create', 'pods'), ['create pods']],
  ['workloads', rule('patch', 'deployments', 'apps'), ['create or change workloads']],
  ['jobs', rule('create', 'cronjobs', 'batch'), ['create or change workloads']],
  ['bindings', rule('create', 'rolebindings', RBAC), ['change roles and bindings']],
  ['certificates', rule('update', 'certificatesigningrequests/approval', 'certificates.k8s.io'), ['approve certificates']],
  ['webhooks', rule('delete', 'validatingwebhookconfigurations', 'admissionregistration.k8s.io'), ['change admission control']],
  ['API services', rule('update', 'apiservices', 'apiregistration.k8s.io'), ['replace parts of the API']],
  ['token secrets', rule('create', 'secrets'), ['write secrets']],
  ['volumes', rule('create', 'persistentvolumes'), ['make volumes of node directories']],
  ['port-forward', rule('create', 'pods/portforward'), ['forward ports to pods']],
  ['nodes', rule('patch', 'nodes'), ['change nodes']],
  ['namespaces', rule('update', 'namespaces'), ['change namespaces']],
  ['policies', rule('delete', 'networkpolicies', 'networking.k8s.io'), ['change NetworkPolicies']],
  ['pod labels', rule('patch', 'pods'), ['change pods']],
  ['deletion', rule('deletecollection', 'pods'), ['delete pods or workloads']],
])('%s is named', (_name, given, expected) => {
  expect(wordsOf([given])).toEqual(expected)
})

test('every power of the table is reached by everything that its own row says', () => {
  for (const power of POWERS) {
    const rules = Object.entries(power.on).map(([group, resources]) => rule(power.verbs.join(','), resources.join(','), group))
    expect(wordsOf(rules)).toContain(power.words)
  }
  expect(new Set(POWERS.map(({ words }) => words)).size).toBe(POWERS.length)
})

test.each([
  ['what an ordinary account may', rule('get,list,watch', 'pods,services,configmaps,endpoints')],
  ['itself', rule('create', 'selfsubjectaccessreviews', 'authorization.k8s.io')],
  ['secrets of another group', rule('get', 'secrets', 'example.org')],
  ['a log, not an exec', rule('get,create', 'pods/log')],
  ['pods, not their subresources', rule('get,list', 'pods')],
  ['nothing that a path stands for', { nonResourceURLs: ['*'], verbs: ['*'] }],
  ['creating by name, which nobody can', rule('create,deletecollection', 'pods', '', ['p'])],
])('%s is no danger', (_name, given) => {
  expect(wordsOf([given])).toEqual([])
})

test('who may do everything is told that alone; with core resources only, each power of them', () => {
  expect(wordsOf([rule('get', 'secrets'), rule('*', '*', '*')])).toEqual([EVERYTHING.words])
  const core = wordsOf([rule('*', '*')])
  expect(core).toContain('read secrets')
  expect(core).not.toContain(EVERYTHING.words)
  expect(core).not.toContain('change NetworkPolicies')
})

test('reading all reads secrets, and writes nothing', () => {
  expect(wordsOf([rule('list,watch', '*', '*')])).toEqual(['read secrets'])
})

test('a RoleBinding gives nothing that stands in no namespace', () => {
  expect(wordsOf([rule('*', 'nodes,nodes/proxy,persistentvolumes,users')], true)).toEqual([])
  expect(wordsOf([rule('*', 'clusterroles', RBAC)], true)).toEqual(['bind any role (bind)'])
  expect(wordsOf([rule('*', '*', '*')], true)).toEqual([EVERYTHING.words])
})

test('names limit a rule, unless another gives the same without', () => {
  expect(wordsOf([rule('get', 'secrets', '', ['b', 'a'])])).toEqual(['read secrets a b'])
  expect(wordsOf([rule('get', 'secrets', '', ['a']), rule('list', 'secrets')])).toEqual(['read secrets'])
  expect(wordsOf([rule('create', 'serviceaccounts/token', '', ['robot'])])).toEqual(['make tokens of service accounts robot'])
})

test.each([[undefined], [null], ['*'], [[null, 1, 'x', {}, { verbs: '*', resources: {}, apiGroups: [1, null] }]]])(
  'rules of another shape give nothing: %j',
  (given) => {
    expect(grantedBy(Rules.parse(given), { isBound: false })).toEqual([])
  },
)

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rbacTables, withTables } from '../../../infra/rbac-tables.ts'
import { CONTEXT_RBAC } from '../../../lib/context/rbac.ts'
import { ACTION_NAMES, actionNamed } from '../../../lib/response/actions/index.ts'
import { baseGuards } from '../../../lib/response/guards.ts'
import { manifest, Subject } from '../../../lib/response/rbac/manifest.ts'
import { mergedRules, rightsOf, rightWords } from '../../../lib/response/rbac/rights.ts'
import { actWords, widerRights } from '../../../lib/response/rbac/words.ts'
import { type ActionUse, actRules, readRules, usesIn } from '../../../lib/response/rbac.ts'
import { Response } from '../../../lib/response/response.ts'

const PROVE_AND_TELL = ['create events', 'get pods']
const rights = (...given: Parameters<typeof actRules>) => rightsOf(actRules(...given)).map(rightWords)
const some = (...names: readonly string[]) => expect.arrayContaining([...names])
const none = (...names: readonly string[]) => expect.not.arrayContaining([...names])

test('without any action the pod is proven and the outcome told, and nothing else', () => {
  expect(rights([])).toEqual(PROVE_AND_TELL)
})

test('an action by hand adds its own rights alone', () => {
  expect(rights([{ name: 'label', by: 'hand' }])).toEqual([...PROVE_AND_TELL, 'patch pods'])
})

test('responses read what owns the pod, for the budget of its workload', () => {
  const owners = ['get deployments.apps', 'get cronjobs.batch', 'get replicationcontrollers']
  expect(rights([{ name: 'label' }])).toEqual(some(...owners))
  expect(rights([{ name: 'label', by: 'hand' }])).toEqual(none('get deployments.apps'))
})

test.each([
  { name: 'isolate', hasFloor: true, counts: true },
  { name: 'isolate', hasFloor: false, counts: false },
  { name: 'label', hasFloor: true, counts: false },
  { name: 'suspend', hasFloor: true, counts: false },
])('$name, replica floor $hasFloor: pods are counted: $counts', ({ name, hasFloor, counts }) => {
  expect(rights([{ name }], { hasFloor }).includes('list pods')).toBe(counts)
})

test.each(ACTION_NAMES)('%s reads evidence where it loses the pod, and not else', (name) => {
  const reads = rights([{ name, by: 'hand' }]).includes('get pods/log')
  expect(reads).toBe(name === 'capture' || actionNamed(name)?.losesPod)
})

test('parameters decide what is needed', () => {
  expect(rights([{ name: 'isolate', by: 'hand', parameters: { detach: 'services' } }])).toEqual(
    some('list services', 'get replicasets.apps'),
  )
  expect(rights([{ name: 'isolate', by: 'hand' }])).toEqual(none('list services'))
  expect(rights([{ name: 'isolate', by: 'hand', parameters: { policy: 'cilium' } }])).toEqual(
    none('create networkpolicies.networking.k8s.io'),
  )
})

test.each(ACTION_NAMES)('%s that is only said is only read', (name) => {
  const changing = rights([{ name, by: 'dry_run' }]).filter((right) => !/^(?:get|list) /.test(right))
  expect(changing).toEqual(name === 'evict' ? ['create events', 'create pods/eviction'] : ['create events'])
})

test('an action that there is not, and parameters that are not its own, are errors', () => {
  expect(() => actRules([{ name: 'explode' }])).toThrow('there is no action "explode"')
  expect(() => actRules([{ name: 'isolate', parameters: { policy: 'none' } }])).toThrow('isolate: parameters of another shape')
})

test('more actions never need less, and the order they are in changes nothing', () => {
  const use = fc.record({
    name: fc.constantFrom(...ACTION_NAMES),
    by: fc.constantFrom('response', 'dry_run', 'hand'),
  }) as fc.Arbitrary<ActionUse>
  fc.assert(
    fc.property(fc.array(use, { maxLength: 5 }), use, (uses, more) => {
      const all = [...uses, more]
      expect(rights(all)).toEqual(some(...rights(uses)))
      expect(actRules(all)).toEqual(actRules(all.toReversed()))
    }),
    { numRuns: 50 },
  )
})

test('rules are merged without loss: each right once, resources with the same verbs together', () => {
  const name = (...from: readonly string[]) => fc.subarray([...from], { minLength: 1 })
  const rule = fc.record({ apiGroups: name('', 'apps'), resources: name('a', 'b', 'c'), verbs: name('get', 'list', 'patch', 'odd') })
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), (rules) => {
      const merged = mergedRules(rules)
      expect(rightsOf(merged)).toEqual(rightsOf(rules))
      const places = merged.flatMap(({ apiGroups, resources }) => resources.map((resource) => `${apiGroups.join()}/${resource}`))
      expect(new Set(places).size).toBe(places.length)
      const kinds = merged.map(({ apiGroups, verbs }) => `${apiGroups.join()} ${verbs.join()}`)
      expect(new Set(kinds).size).toBe(kinds.length)
    }),
  )
})

test('the reading role is what describing a pod needs', () => {
  expect(rightsOf(readRules())).toEqual(rightsOf(CONTEXT_RBAC))
  expect(rightsOf(readRules()).filter(({ verb }) => verb !== 'get' && verb !== 'list')).toEqual([])
})

test('neither role reads Secrets or ConfigMaps, or has a wildcard', () => {
  const all = [...rightsOf(readRules()), ...rightsOf(actRules(ACTION_NAMES.map((name) => ({ name }))))]
  expect(all.filter(({ apiGroup, resource, verb }) => /secret|configmap|\*/.test(`${apiGroup} ${resource} ${verb}`))).toEqual([])
})

const response = (mode: string, actions: readonly object[], more: object = {}) => ({
  response: Response.parse({ response: mode, match: 'x.y = z', mode, actions, ...more }),
})
const slack = { app: 'A01', workspace: 'T01', channels: ['C01'], users: ['U01'], user_groups: [] }
const permission = (...actions: readonly ('isolate' | 'delete' | 'release' | 'acknowledge')[]) => ({
  permission: 'p',
  slack,
  actions: [...actions],
  second_person: [],
})

test('in use is what responses call for, each as its mode has it, and what permissions let people press', () => {
  const responses = [
    response('enforce', [{ label: { labels: { a: 'b' } } }]),
    response('approve', [{ isolate: { allow_dns: true } }]),
    response('observe', [{ delete: null }]),
    response('enforce', [{ cordon: {} }], { dry_run: true }),
    response('enforce', [{ label: { labels: { a: 'b' } } }]),
  ]
  const permissions = [permission('isolate', 'release', 'acknowledge'), permission('isolate')]
  expect(usesIn({ responses, permissions, guards: baseGuards() })).toEqual([
    { name: 'label', parameters: { labels: { a: 'b' } }, by: 'response' },
    { name: 'isolate', parameters: { allow_dns: true }, by: 'response' },
    { name: 'delete', parameters: {}, by: 'dry_run' },
    { name: 'cordon', parameters: {}, by: 'dry_run' },
    { name: 'isolate', by: 'hand' },
  ])
})

test('where guards let nothing be done, what responses call for is only said', () => {
  const guards = { ...baseGuards(), dry_run: true }
  expect(usesIn({ responses: [response('enforce', [{ cordon: {} }])], permissions: [], guards })).toMatchObject([{ by: 'dry_run' }])
})

const GROUP = { kind: 'Group', name: 'creance-act' } as const

test('a manifest is a ClusterRole and its binding to the subject', () => {
  const rules = actRules([])
  const metadata = { name: 'creance-act', labels: { 'app.kubernetes.io/name': 'creance', 'app.kubernetes.io/component': 'act' } }
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  expect(manifest({ identity: 'act', rules, subjects: [GROUP] })).toEqual([
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'creance-act' },
      subjects: [{ ...GROUP, apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ])
})

test('for some namespaces it is a Role in each, and a ClusterRole for nodes alone', () => {
  const made = manifest({
    identity: 'act',
    rules: actRules([{ name: 'cordon', by: 'hand' }]),
    subjects: [GROUP],
    namespaces: ['shop', 'payments', 'shop'],
  })
  expect(made.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`)).toEqual([
    'ClusterRole ',
    'ClusterRoleBinding ',
    'Role payments',
    'RoleBinding payments',
    'Role shop',
    'RoleBinding shop',
  ])
  const resources = made.map((one) => ('rules' in one ? one.rules.flatMap((rule) => rule.resources) : []))
  expect(resources[0]).toEqual(['nodes'])
  expect(resources[2]).toEqual(['events', 'pods'])
})

test.each([
  { kind: 'Group', name: 'system:masters' },
  { kind: 'User', name: 'system:anonymous' },
  { kind: 'Group', name: '' },
  { kind: 'Group', name: 'two words' },
  { kind: 'ServiceAccount', name: 'respond' },
  { kind: 'ServiceAccount', namespace: 'Shop', name: 'respond' },
])('$kind "$name" is nobody to give rights to', (subject) => {
  expect(Subject.safeParse(subject).success).toBe(false)
})

test('every right to change something is said to reach further, but the one to tell', () => {
  const rules = actRules(ACTION_NAMES.map((name) => ({ name })))
  const changing = rightsOf(rules).filter(({ verb }) => verb !== 'get' && verb !== 'list')
  const said = widerRights(rules).map(({ right }) => right)
  expect(changing.map(rightWords).filter((right) => !said.includes(right))).toEqual(['create events'])
})

test('the words say which actions it was made from, and how', () => {
  const uses: readonly ActionUse[] = [{ name: 'cordon' }, { name: 'delete', by: 'dry_run' }]
  const words = actWords(uses, actRules(uses)).join('\n')
  expect(words).toContain(`cordon: ${actionNamed('cordon')?.description}`)
  expect(words).toContain('delete (only says what it would do): ')
  expect(words).toMatch(/patch nodes: .*any node/)
  expect(words).not.toContain('delete pods')
})

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/rbac.md'), 'utf8')

test('docs/rbac.md is up to date (node infra/rbac-docs.ts)', () => {
  expect(withTables(PAGE, rbacTables())).toBe(PAGE)
  const places = [...PAGE.matchAll(/<!-- made: (\w+) -->/g)].map(([, name]) => name)
  expect(places.sort()).toEqual(Object.keys(rbacTables()).sort())
})

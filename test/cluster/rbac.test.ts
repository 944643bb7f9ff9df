import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { asking } from '../../lib/context/asking.ts'
import { describePod } from '../../lib/context/describe.ts'
import { inParallel } from '../../lib/parallel.ts'
import type { Cluster } from '../../lib/port/cluster.ts'
import type { RbacRule } from '../../lib/response/action.ts'
import { ACTION_NAMES, actionNamed } from '../../lib/response/actions/index.ts'
import { isClusterScoped, manifest } from '../../lib/response/rbac/manifest.ts'
import { type Right, rightsOf, rightWords, rulesOf } from '../../lib/response/rbac/rights.ts'
import { actRules, readRules } from '../../lib/response/rbac.ts'
import { eventually } from '../support/eventually.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { carryOut } from './rbac/carry-out.ts'
import { effectOf, everyScenario, kindsFor, type Scenario } from './rbac/scenarios.ts'
import { type Admin, adminOf, CRDS, makeTarget, NAMESPACE, OWNER_KINDS, stateOf } from './rbac/targets.ts'

// Each role that is generated, on a real API server: with it everything works, and without any one of its rights something does not, and says so.

const CASES = everyScenario()
const READS = rightsOf(readRules())
const DRY = ACTION_NAMES.flatMap((name) => CASES.find(({ scenarios }) => scenarios[0]?.action === name)?.scenarios[0] ?? [])
const AT_A_TIME = 8

let plane: ControlPlane
let admin: Admin

beforeAll(async () => {
  const granted = new Map<string, readonly RbacRule[]>([
    ...CASES.flatMap(({ scenarios }) => scenarios.map(({ user, rules }) => [user, rules] as const)),
    ...DRY.map(({ action, parameters }) => [`dry-${action}`, actRules([{ name: action, parameters, by: 'dry_run' }])] as const),
    ['reader', readRules()],
    ...READS.map((right, index) => [`reader-${index}`, rulesOf(READS.filter((other) => other !== right))] as const),
  ])
  plane = await startControlPlane({
    users: [...granted.keys(), 'shop-only', 'last'],
    controllerManagerFlags: { controllers: 'namespace-controller,disruption-controller' },
  })
  admin = adminOf(plane.kubeconfig)
  for (const name of [NAMESPACE, 'payments']) await admin.make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const name of ['node-1', 'node-2']) await admin.make({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
  // The API server taints a new node as not ready, and nothing here takes that back.
  const { uid = '', resourceVersion = '' } = (await admin.cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'node-2' }))?.metadata ?? {}
  await admin.cluster.patch({ apiVersion: 'v1', kind: 'Node', name: 'node-2', uid, resourceVersion, spec: { taints: null } })
  for (const object of CRDS) await admin.make(object)
  await inParallel([...granted], AT_A_TIME, ([user, rules]) => grant(user, rules))
  await grant('shop-only', actRules([{ name: 'cordon' }, { name: 'isolate' }]), [NAMESPACE])
  await grant('last', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]) // roles become known in the order in which they were made
  await eventually(() => asUser('last').list({ apiVersion: 'v1', kind: 'Pod' }))
  await eventually(async () => {
    admin = adminOf(plane.kubeconfig)
    await admin.cluster.list({ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' })
    await admin.cluster.list({ apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy' })
  })
})
afterAll(() => plane?.stop())

async function grant(user: string, rules: readonly RbacRule[], namespaces?: readonly string[]): Promise<void> {
  for (const object of manifest({ identity: 'act', name: user, rules, subjects: [{ kind: 'User', name: user }], namespaces }))
    await admin.make(object)
}

function asUser(user: string): Cluster {
  return kubernetesCluster(kubeConfig({ file: plane.userKubeconfig(user) }))
}

/** Carries it out and releases it; what is otherwise than it was, after either. */
async function play(scenario: Scenario) {
  const { user, of, without } = scenario
  const name = `${user}-${of.toLowerCase()}`
  const node = scenario.action === 'cordon' ? name : 'node-1'
  if (node !== 'node-1') await admin.make({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } })
  const pod = await makeTarget(admin, name, { of, node })
  const before = await stateOf(admin, pod, '')
  const { id, outcome, release, said } = await carryOut(scenario, pod, { cluster: asUser(user) })
  const after = await stateOf(admin, pod, id)
  const isChanged = JSON.stringify(after) !== JSON.stringify(before)
  const canBeUndone = isChanged && actionNamed(scenario.action)?.undo !== undefined
  const undone = canBeUndone ? await release() : undefined
  const left = canBeUndone ? await stateOf(admin, pod, id) : after
  const effect = outcome.state !== 'done' ? 'stops' : undone?.state === 'failed' ? 'stops the undo' : 'is told'
  return { without, outcome, undone, effect, said: said(), isChanged, before, after, left }
}

test.each(CASES)('$name: its role is enough, and without any right of it that is said', async ({ scenarios: [all, ...lacking] }) => {
  if (!all) throw new RangeError('no scenario')
  const wholes = await inParallel(kindsFor(all), AT_A_TIME, (of) => play({ ...all, of }))
  for (const whole of wholes) {
    expect(whole).toMatchObject({ outcome: { state: 'done' }, said: expect.not.stringMatching(/forbidden|may not/) })
    expect(whole.isChanged).toBe(all.action !== 'capture')
    if (actionNamed(all.action)?.undo) expect(whole).toMatchObject({ undone: { state: 'undone' }, left: whole.before })
  }

  const results = await inParallel(lacking, AT_A_TIME, play)
  const effects = results.map(({ without, effect }) => [words(without), effect])
  expect(effects).toEqual(lacking.map(({ without }) => [words(without), without && effectOf(all, without)]))
  for (const { without, said } of results) expect(said).toMatch(missing(without))
  for (const { effect, before, after, left, without, said } of results.filter((one) => one.effect === 'stops')) {
    const isHalf = all.action === 'suspend' && words(without) === 'patch jobs.batch' // its CronJob is suspended first
    expect(said).toContain('the RBAC role lacks this verb')
    if (!isHalf) expect({ effect, without, is: after }).toEqual({ effect, without, is: before })
    expect({ without, is: left }).toEqual({ without, is: before })
  }
})

function words(right: Right | undefined): string {
  return right ? rightWords(right) : ''
}

/** What is said of a right that is not there: by the API server, which names it; of policies, which are listed to be named, by us. */
function missing(right: Right | undefined): RegExp {
  const { verb, resource, apiGroup } = right ?? { verb: '', resource: '', apiGroup: '' }
  const said = `cannot ${verb} resource "${resource}" in API group "${apiGroup}"`
  return new RegExp(verb === 'list' && resource.endsWith('policies') ? `${said}|the role may not list them` : said)
}

test('what is only observed needs no right to change anything', async () => {
  const outcomes = await inParallel(DRY, AT_A_TIME, async (scenario) => {
    const user = `dry-${scenario.action}`
    const pod = await makeTarget(admin, user.replaceAll('_', '-'), { of: scenario.of, node: 'node-1' })
    const { outcome, said } = await carryOut(scenario, pod, { cluster: asUser(user), dryRun: true })
    return { action: scenario.action, state: outcome.state, isRefused: said().includes('forbidden') }
  })
  expect(outcomes).toEqual(ACTION_NAMES.map((action) => ({ action, state: 'dry_run', isRefused: false })))
})

test.each([
  { allows: 'allows it', minAvailable: 0, outcome: { state: 'done' } },
  { allows: 'does not', minAvailable: 1, outcome: { state: 'refused', guard: 'disruption_budget' } },
])('a disruption budget that $allows is asked with the right to evict alone', async ({ minAvailable, outcome }) => {
  const [all] = CASES.find(({ name }) => name.startsWith('evict'))?.scenarios ?? []
  if (!all) throw new RangeError('no scenario')
  const pod = await makeTarget(admin, `budget-${minAvailable}`, { of: 'Deployment', node: 'node-1' })
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: NAMESPACE, name: pod.name }
  const spec = { minAvailable, selector: { matchLabels: { app: pod.name } } }
  await admin.make({ ...budget, metadata: { name: pod.name, namespace: NAMESPACE }, spec })
  await eventually(async () => expect(await admin.cluster.get(budget)).toMatchObject({ status: { currentHealthy: 1 } }))
  expect(await carryOut(all, pod, { cluster: asUser(all.user) })).toMatchObject({ outcome })
})

test('roles for some namespaces give nothing in others, but for what lives in none', async () => {
  const isolate = { action: 'isolate', parameters: {}, by: 'response' } as const
  const here = await makeTarget(admin, 'here', { of: 'Deployment', node: 'node-1' })
  const there = await makeTarget(admin, 'there', { of: 'Deployment', node: 'node-1', namespace: 'payments' })
  const cluster = asUser('shop-only')
  expect(await carryOut(isolate, here, { cluster })).toMatchObject({ outcome: { state: 'done' } })
  expect(await carryOut(isolate, there, { cluster })).toMatchObject({
    outcome: { state: 'failed', why: expect.stringContaining('cannot get resource "pods" in API group "" in the namespace "payments"') },
  })
  const onNode = await makeTarget(admin, 'on-node', { of: 'Deployment', node: 'node-1' })
  const cordoned = await carryOut({ action: 'cordon', parameters: {}, by: 'response' }, onNode, { cluster })
  expect(cordoned.outcome).toMatchObject({ state: 'done' })
  expect(await cordoned.release()).toMatchObject({ state: 'undone' })
})

test('what lives in no namespace is known for all that roles name', async () => {
  const all = rightsOf([...readRules(), ...CASES.flatMap(({ scenarios }) => scenarios[0]?.rules ?? [])])
  const rights = all.filter(({ apiGroup }) => apiGroup !== 'projectcalico.org') // which is not served here
  const groups = [...new Set(rights.map(({ apiGroup }) => apiGroup))]
  const lists = await Promise.all(groups.map((group) => admin.discover(group, group === 'cilium.io' ? 'v2' : 'v1')))
  const scopes = new Map(lists.flatMap((list, at) => list.map(({ name, namespaced }) => [`${groups[at]}/${name}`, namespaced] as const)))
  for (const right of rights) {
    const namespaced = scopes.get(`${right.apiGroup}/${right.resource}`)
    expect({ ...right, namespaced }).toEqual({ ...right, namespaced: !isClusterScoped(right) })
  }
})

test('the reading role is enough to describe any pod, and what is missing of it is named', async () => {
  const make = (kind: string, rest: object) => admin.make({ kind, metadata: { name: 'robot', namespace: NAMESPACE }, ...rest })
  const subjects = [{ kind: 'ServiceAccount', name: 'robot', namespace: NAMESPACE }]
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' }
  await make('ServiceAccount', { apiVersion: 'v1' })
  for (const kind of ['Role', 'ClusterRole']) {
    await make(kind, { ...rbac, rules })
    await make(`${kind}Binding`, { ...rbac, subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'robot' } })
  }
  await admin.make({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'read-node' } })
  for (const of of OWNER_KINDS) await makeTarget(admin, `of-${of.toLowerCase()}`, { of, node: 'read-node' })
  const unreadBy = async (user: string) => {
    const ask = asking(asUser(user), AbortSignal.timeout(30_000))
    for (const of of OWNER_KINDS) await describePod({ namespace: NAMESPACE, pod: `of-${of.toLowerCase()}` }, ask, Date.now())
    return ask.unread().join('\n')
  }
  expect(await unreadBy('reader')).toBe('')
  const unread = await inParallel(READS, AT_A_TIME, async (right) => ({ right, said: await unreadBy(`reader-${READS.indexOf(right)}`) }))
  for (const { right, said } of unread) expect(said).toMatch(missing(right))
})

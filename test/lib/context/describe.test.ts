import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { Context } from '../../../lib/context/context.ts'
import { describeIncident } from '../../../lib/context/describe.ts'
import { CodedError } from '../../../lib/error.ts'
import type { ClusterReader, KubernetesObject } from '../../../lib/port/cluster.ts'
import type { Store } from '../../../lib/port/store.ts'
import { incidentOf } from './incident.ts'
import { object, owned, plainCluster } from './plain-cluster.ts'

const NOW = 1_795_500_000_000
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const labels = { app: 'web' }
const DEPLOYMENT = object('apps/v1', 'Deployment', 'web', { spec: { selector: { matchLabels: labels } } })
const SET = object('apps/v1', 'ReplicaSet', 'web', { metadata: owned(DEPLOYMENT), spec: { selector: { matchLabels: labels } } })
const pod = (name: string, ready = 'True', rest: object = {}) =>
  object('v1', 'Pod', name, {
    metadata: { labels, ...owned(SET) },
    spec: { nodeName: 'n1', containers: [{ name: 'nginx', image: 'nginx:1.29' }], ...rest },
    status: {
      conditions: [{ type: 'Ready', status: ready }],
      containerStatuses: [{ name: 'nginx', imageID: `docker.io/library/nginx@${DIGEST}` }],
    },
  })
const NODE = object('v1', 'Node', 'n1', {
  metadata: { namespace: undefined },
  spec: { unschedulable: true, taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
  status: { nodeInfo: { kubeletVersion: 'v1.36.1', osImage: 'Bottlerocket' } },
})
const event = (name: string, lastTimestamp: string, rest: object = {}) =>
  object('v1', 'Event', name, { involvedObject: { uid: 'Pod-web-1' }, type: 'Warning', reason: name, message: 'm', lastTimestamp, ...rest })
const OTHER = object('v1', 'Pod', 'other', { metadata: { namespace: 'bank' }, spec: { nodeName: 'n1' } })
const ALL = [DEPLOYMENT, SET, pod('web-1'), pod('web-2'), pod('web-3', 'False'), NODE, OTHER]

type Options = Parameters<typeof plainCluster>[1] & {
  readonly signal?: AbortSignal
  readonly store?: Store
  readonly given?: Parameters<typeof incidentOf>[2]
}
const memory = () => sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
const describeWith = (cluster: Pick<ClusterReader, 'get' | 'list'>, { signal, store, given }: Options = {}) =>
  describeIncident(incidentOf('i', NOW, given), {
    cluster,
    store: store ?? memory(),
    nowMs: NOW,
    signal: signal ?? new AbortController().signal,
  })
const described = (objects: readonly KubernetesObject[], options: Options = {}) => describeWith(plainCluster(objects, options), options)

test('a pod is described with all that stands around it', async () => {
  const context = await described(ALL)
  expect(context).toMatchObject({
    atMs: NOW,
    of: 'shop/web-1',
    pod: { uid: 'Pod-web-1', serviceAccount: 'default', images: ['nginx:1.29'], labels },
    containers: [{ name: 'nginx', image: 'nginx:1.29', digest: DIGEST }],
    dangers: [],
    owners: [
      { kind: 'ReplicaSet', name: 'web' },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'Deployment-web' },
    ],
    node: { name: 'n1', kubelet: 'v1.36.1', os: 'Bottlerocket', unschedulable: true, taints: ['gpu=yes:NoSchedule'] },
    neighbours: { names: ['bank/other', 'shop/web-2', 'shop/web-3'], count: 3 },
    account: { name: 'default', tokenMounted: true, powers: [], morePowers: 0 },
    exposure: { services: [], routes: [] },
    siblings: { count: 2, ready: 1 },
    events: [],
    earlier: { count: 0 },
    unread: [],
  })
  expect(context).not.toHaveProperty('absent')
  expect(Context.parse(JSON.parse(JSON.stringify(context)))).toEqual(context)
})

test('of events about this very pod the latest five are kept', async () => {
  const events = Array.from({ length: 8 }, (_, at) => event(`E${at}`, `2026-11-24T10:00:0${at}Z`))
  const namesake = object('v1', 'Event', 'Old', { involvedObject: { uid: 'another' }, lastTimestamp: '2026-11-24T11:00:00Z' })
  const series = event('Series', '', {
    eventTime: '2026-11-24T09:00:00.000000Z',
    series: { count: 7, lastObservedTime: '2026-11-24T10:30:00.000000Z' },
  })
  const { events: kept } = await described([...ALL, ...events, namesake, series])
  expect(kept.map(({ reason, count }) => `${reason} ${count}`)).toEqual(['Series 7', 'E7 1', 'E6 1', 'E5 1', 'E4 1'])
  expect(kept[1]).toMatchObject({ atMs: Date.parse('2026-11-24T10:00:07Z'), type: 'Warning', message: 'm' })
})

test('pods that only have the workload’s labels are no siblings', async () => {
  const stray = object('v1', 'Pod', 'stray', { metadata: { labels } })
  expect((await described([...ALL, stray])).siblings).toEqual({ count: 2, ready: 1 })
  expect((await described([stray, pod('web-1')])).siblings).toBeUndefined() // its owner is not there
})

test.each<[string, string, string, object]>([
  ['the pod', 'get Pod', 'pod shop/web-1', { of: 'shop/web-1', owners: [] }],
  ['the node', 'get Node', 'node n1', { node: { name: 'n1', kubelet: '' }, owners: [{}, {}] }],
  ['an owner', 'get Deployment', 'Deployment web', { owners: [{ kind: 'ReplicaSet' }], siblings: { count: 2 } }],
  ['bindings', 'list ClusterRoleBinding', 'cluster role bindings', { account: { name: 'default', powers: [] } }],
  ['services', 'list Service', 'services of shop', { siblings: { count: 2 } }],
  ['events', 'list Event', 'events of shop/web-1', { events: [], siblings: { count: 2 } }],
])('where %s may not be read, it says so and tells the rest', async (_name, denied, what, expected) => {
  const context = await described(ALL, { denies: [denied] })
  expect(context.unread).toEqual([`${what}: Kubernetes: ${denied}: forbidden`])
  expect(context).toMatchObject(expected)
  expect(context).not.toHaveProperty('absent')
})

test('what has not answered when time is over is unread, and what has is told', async () => {
  const time = new AbortController()
  const asked: string[] = []
  const pending = described(ALL, { hangs: ['get Node', 'list ClusterRoleBinding', 'get Deployment'], signal: time.signal, asked })
  await expect.poll(() => asked).toContain('get Deployment')
  time.abort()
  const context = await pending
  expect(context.unread).toEqual(
    ['Deployment web', 'cluster role bindings', 'node n1']
      .map((what) => `${what}: no answer in time`)
      .concat('pods of its workload: no answer in time')
      .sort(),
  )
  expect(context).toMatchObject({ owners: [{ kind: 'ReplicaSet' }], neighbours: { count: 3 }, exposure: { services: [] } })
})

test('when time is over before it begins, nothing is asked', async () => {
  const asked: string[] = []
  const context = await described(ALL, { signal: AbortSignal.abort(), asked })
  expect(asked).toEqual([])
  expect(context).toMatchObject({ of: 'shop/web-1', unread: ['earlier incidents: no answer in time', 'pod shop/web-1: no answer in time'] })
})

test('a table that does not answer takes only the earlier incidents away', async () => {
  const failing: Store = { ...memory(), get: () => Promise.reject(new CodedError('throttled', 'table: slow down')) }
  const context = await described(ALL, { store: failing })
  expect(context.unread).toEqual(['earlier incidents: table: slow down'])
  expect(context.pod?.uid).toBe('Pod-web-1')
})

test('a pod that is gone is said to be', async () => {
  expect(await described([NODE])).toMatchObject({ absent: 'there is no pod shop/web-1 now', unread: [] })
})

test('a pod that was re-made under its name is said to be another', async () => {
  const given = { pod: { namespace: 'shop', name: 'web-1', uid: 'earlier' } }
  expect((await described(ALL, { given })).absent).toMatch(/re-made/)
  expect(await described(ALL, { given: { pod: { ...given.pod, uid: 'Pod-web-1' } } })).not.toHaveProperty('absent')
})

test.each(['..', 'a/b', 'Web', '-', 'a_b'])('a pod named %j, which none can be, is not asked for', async (name) => {
  const asked: string[] = []
  const context = await described(ALL, { asked, given: { pod: { namespace: 'shop', name } } })
  expect(asked).toEqual([])
  expect(context.absent).toMatch(/^there is no pod/)
})

test('an incident without a pod has a history all the same, and needs no cluster', async () => {
  const asked: string[] = []
  const { pod: _none, container: _nor, ...rest } = { pod: undefined, container: undefined, node: 'n1' }
  const incident = { ...incidentOf('i', NOW), evidence: [] }
  const { namespace: _namespace, pod: _pod, ...latest } = incident.latest
  const ports = { cluster: plainCluster(ALL, { asked }), store: memory(), nowMs: NOW, signal: new AbortController().signal }
  expect(await describeIncident({ ...incident, ...rest, latest }, ports)).toEqual({
    atMs: NOW,
    owners: [],
    containers: [],
    dangers: [],
    events: [],
    earlier: { count: 0 },
    unread: [],
  })
  expect(asked).toEqual([])
})

/** Everything as long and as many as a cluster could hold, in characters that take the most bytes. */
function hugeCluster(): Pick<ClusterReader, 'get' | 'list'> {
  const long = '\u0001"\\é'.repeat(500)
  const many = <T>(make: (at: number) => T) => Array.from({ length: 200 }, (_, at) => make(at))
  const container = {
    name: long,
    image: long,
    securityContext: { privileged: true, capabilities: { add: many((at) => `${at}${long}`) } },
    volumeMounts: many((at) => ({ name: `v${at}` })),
    ports: many((at) => ({ hostPort: at + 1 })),
  }
  const paths = [0, 1, 2].map((at) => ({ path: long, backend: { service: { name: `${at}${long}` } } }))
  const rest = {
    spec: {
      nodeName: 'n1',
      serviceAccountName: 'robot',
      containers: many(() => container),
      volumes: many((at) => ({ name: `v${at}`, hostPath: { path: `${at}${long}` } })),
      taints: many(() => ({ key: long, value: long, effect: long })),
      type: long,
      selector: { [`0${long}`]: long },
      ports: many(() => ({ port: 1, protocol: long })),
      externalIPs: many(() => long),
      rules: many(() => ({ host: long, http: { paths } })),
    },
    status: { nodeInfo: { kubeletVersion: long, osImage: long }, containerStatuses: [{ name: long, imageID: DIGEST }] },
    subjects: [{ kind: 'Group', name: 'system:authenticated' }],
    rules: [{ apiGroups: ['*'], resources: ['secrets', 'pods'], verbs: ['*'], resourceNames: many((at) => `${at}${long}`) }],
    type: long,
    reason: long,
    message: long,
  }
  const metadata = {
    uid: 'u',
    annotations: { 'eks.amazonaws.com/role-arn': long },
    labels: Object.fromEntries(many((at) => [`${at}${long}`, long])),
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'above', uid: 'u', controller: true }],
  }
  const huge = (kind: string, at: number): KubernetesObject & Record<string, unknown> => ({
    apiVersion: 'v1',
    kind,
    ...rest,
    metadata: { ...metadata, name: `${at}${long}`, namespace: `ns${at}` },
    roleRef: { kind: 'Role', name: `${at}${long}` },
  })
  return {
    get: async ({ kind }) => huge(kind, 0),
    list: async ({ kind, limit = 0 }) => {
      const some = Array.from({ length: 20 }, (_, at) => huge(kind, at))
      return Array.from({ length: limit }, (_, at) => some[at % some.length] as KubernetesObject)
    },
  }
}

test('whatever the cluster holds, the description stays well below 100 KB', async () => {
  const context = await describeWith(hugeCluster())
  expect(context.account?.powers.length).toBeGreaterThan(0)
  expect(context.exposure?.services.length).toBeGreaterThan(0)
  expect(context.dangers.length).toBeGreaterThan(10)
  expect(Buffer.byteLength(JSON.stringify(context))).toBeLessThan(80_000)
})

test('objects of any shape are described without an error', async () => {
  const odd = fc.anything({ maxDepth: 3, withNullPrototype: false })
  const named = fc.oneof({ weight: 1, arbitrary: odd }, { weight: 9, arbitrary: fc.constantFrom('a', 'b') })
  const part = fc.oneof(odd, fc.record({ containers: odd, volumes: odd, selector: odd, rules: odd, nodeName: odd, conditions: odd }))
  const objects = fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constant('Pod'),
    metadata: fc.record({ name: named, namespace: named, uid: named, labels: odd, annotations: odd, ownerReferences: odd }),
    spec: part,
    status: part,
    rules: odd,
    subjects: odd,
    roleRef: odd,
  })
  await fc.assert(
    fc.asyncProperty(objects, objects, async (first, second) => {
      const cluster = { get: async () => first as KubernetesObject, list: async () => [first, second] as readonly KubernetesObject[] }
      const context = await describeWith(cluster)
      expect(Context.safeParse(context).error).toBeUndefined()
      expect(context.of).toBe('shop/web-1')
    }),
    { numRuns: 200 },
  )
})

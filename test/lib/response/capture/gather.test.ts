import { expect, test } from 'vitest'
import { CodedError } from '../../../../lib/error.ts'
import type { KubernetesObject } from '../../../../lib/port/cluster.ts'
import { Evidence } from '../../../../lib/response/capture/document.ts'
import { type Gathering, gather } from '../../../../lib/response/capture/gather.ts'
import { jsonBytes } from '../../../../lib/response/capture/size.ts'
import { fakeCluster, POD, SUBJECT } from './fake-cluster.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const never = () => new Promise<never>(() => undefined)
const gatherFrom = async (instead: Parameters<typeof fakeCluster>[0] = {}, more: Partial<Gathering> = {}) => {
  const gathering = { cluster: fakeCluster(instead), clock: () => NOW, incident: 'i', actionId: 'a', ...more }
  const found = (await gather(SUBJECT, gathering)) ?? expect.fail('the pod is gone')
  expect(Evidence.parse(found)).toEqual(found)
  expect(jsonBytes(found)).toBeLessThan(8 * 1024 * 1024)
  return found
}
const podOf = (spec: object, status: object = {}) => ({ get: async () => ({ ...POD, spec, status }) })
const containers = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `c${index}` }))

test('the document says what the pod was, what surrounds it, and when and what for it was taken', async () => {
  const found = await gatherFrom()
  expect(found).toMatchObject({
    schema: 'creance.evidence/1',
    taken: '2026-01-02T03:04:05.000Z',
    incident: 'i',
    action: 'a',
    subject: SUBJECT,
    podIs: 'current',
    serviceAccount: 'web',
    pod: { kind: 'Pod', metadata: { name: 'web-1' }, spec: { nodeName: 'node-1' }, status: { containerStatuses: [{ restartCount: 2 }] } },
    owners: [
      { kind: 'ReplicaSet', metadata: { uid: 'rs' }, spec: { replicas: 2 } },
      { kind: 'Deployment', metadata: { uid: 'd' } },
    ],
    node: { kind: 'Node', spec: { unschedulable: true, taints: [{ key: 'a' }] }, status: { nodeInfo: { kernelVersion: '6.1' } } },
    events: [{ reason: 'BackOff', count: 3 }],
    networkPolicies: [{ kind: 'NetworkPolicy', spec: { podSelector: {} } }],
    unread: [],
    cut: [],
  })
  expect(found.logs.map(({ container, kind, previous }) => [container, kind, previous])).toEqual([
    ['app', 'container', false],
    ['debug', 'ephemeral', false],
    ['setup', 'init', false],
    ['app', 'container', true],
  ])
})

test('secrets are in none of it, and are counted', async () => {
  const found = await gatherFrom()
  expect(JSON.stringify(found)).not.toMatch(/hunter2|token=abc|hidden|"big"/)
  expect(found.redacted).toEqual({ 'copy of the object': 1, 'environment value': 1, 'assigned value': 5 })
})

test.each([
  { part: 'events', instead: { list: async ({ kind }: { kind: string }) => (kind === 'Event' ? forbid() : []) }, unread: ['events'] },
  { part: 'the node', instead: getBut('Node'), unread: ['node node-1'] },
  { part: 'an owner', instead: getBut('Deployment'), unread: ['owner Deployment web'] },
  { part: 'logs', instead: { logs: forbid }, unread: ['log of app', 'log of app before its restart', 'log of debug', 'log of setup'] },
])('where $part may not be read, that is said with the reason, and the rest is there', async ({ instead, unread }) => {
  const found = await gatherFrom(instead)
  expect(found.unread.map(({ what }) => what).sort()).toEqual(unread)
  expect(new Set(found.unread.map(({ why }) => why))).toEqual(new Set(['Kubernetes: forbidden']))
  expect(found.pod.kind).toBe('Pod')
  expect(found.networkPolicies.length + found.logs.length).toBeGreaterThan(0)
})

test('what has not answered in time is unread, and does not hold up the rest', async () => {
  const ends = new AbortController()
  const logs = async ({ container }: { container: string }) => {
    if (container === 'app') return never()
    setImmediate(() => ends.abort())
    return 'in time'
  }
  const found = await gatherFrom({ logs }, { signal: ends.signal })
  expect(found.logs.map(({ text }) => text)).toContain('in time')
  expect(found.unread).toContainEqual({ what: 'log of app', why: 'no answer in time' })
})

test.each(['unavailable', 'throttled', 'not_permitted'] as const)('a pod that cannot be read (%s) is an error', async (code) => {
  const get = async () => {
    throw new CodedError(code, 'no')
  }
  await expect(gatherFrom({ get })).rejects.toMatchObject({ code })
})

test('a pod whose reading takes too long is unavailable', async () => {
  await expect(gatherFrom({ get: never }, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
    code: 'unavailable',
    transient: true,
  })
})

test.each([
  { now: 'gone', pod: undefined },
  { now: 'another of its name', pod: { ...POD, metadata: { ...POD.metadata, uid: 'other' } } },
])('a pod that is $now is undefined, or what was proven', async ({ pod }) => {
  const get = async (): Promise<KubernetesObject | undefined> => pod
  const gathering = { cluster: fakeCluster({ get }), clock: () => NOW, incident: 'i', actionId: 'a' }
  expect(await gather(SUBJECT, gathering)).toBeUndefined()
  const found = await gather(SUBJECT, { ...gathering, proven: POD })
  expect(found).toMatchObject({ podIs: 'proven', pod: { metadata: { uid: SUBJECT.uid, resourceVersion: '7' } } })
  expect([found.logs, found.unread]).toEqual([[], [{ what: 'logs', why: 'the pod is gone' }]])
})

test('logs of a pod that takes the name meanwhile are not taken for its own', async () => {
  const { get: getOne } = fakeCluster()
  let pods = 0
  const other = { ...POD, metadata: { ...POD.metadata, uid: 'other' } }
  const get: typeof getOne = async (name) => (name.kind === 'Pod' && ++pods > 1 ? other : getOne(name))
  const found = await gatherFrom({ get })
  expect([found.logs, found.unread]).toEqual([[], [{ what: 'logs', why: 'another pod has taken its name' }]])
})

test('of a log that is cut within a line, that line is left out', async () => {
  const logs = async ({ limitBytes }: { limitBytes: number }) => `first\n${'eyJ'.repeat(limitBytes)}`.slice(0, limitBytes)
  const found = await gatherFrom({ logs, ...podOf({ containers: containers(1) }) })
  expect(found.logs[0]).toEqual({ container: 'c0', kind: 'container', previous: false, text: 'first\n', incomplete: 'end' })
})

test('without logs none is asked for', async () => {
  const found = await gatherFrom({ logs: forbid }, { logLines: 0 })
  expect([found.logs, found.unread]).toEqual([[], []])
})

test('of a log that is cut at its youngest end, fewer lines are asked for, so that the end is there', async () => {
  const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} ${'x'.repeat(300)}`)
  const logs = async ({ tailLines, limitBytes }: { tailLines: number; limitBytes: number }) =>
    `${lines.slice(-tailLines).join('\n')}\n`.slice(0, limitBytes)
  const found = await gatherFrom({
    logs,
    ...podOf({ containers: containers(1) }, { containerStatuses: [{ name: 'c0', restartCount: 0 }] }),
  })
  expect(found.logs).toMatchObject([{ container: 'c0', incomplete: 'start', text: expect.stringMatching(/line 1999 x+\n$/) }])
})

test('hostile logs of many containers stay within the bounds, and what is cut is said', async () => {
  let asked = 0
  const logs = async ({ limitBytes }: { limitBytes: number }) => {
    asked++
    return '\u0001'.repeat(limitBytes)
  }
  const found = await gatherFrom({ logs, ...podOf({ containers: containers(300) }) })
  expect(asked).toBeLessThanOrEqual(40)
  expect(found.cut[0]).toBe('logs: of the first 20 of 300 containers')
  expect(found.cut).toContain('log of c19: all logs together have at most 4 MiB')
  expect(jsonBytes(found.logs)).toBeLessThan(4.1 * 1024 * 1024)
})

test('logs past what all of them may have together are not looked through, and that is said', async () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
  const of = (limitBytes: number, container: string) => (container === 'c19' ? jwt : 'x'.repeat(limitBytes - 10))
  const found = await gatherFrom({
    logs: async ({ limitBytes, container }) => of(limitBytes, container),
    ...podOf({ containers: containers(20) }),
  })
  expect(found.redacted).not.toHaveProperty('jwt')
  expect(found.cut).toContain('log of c19: all logs together have at most 4 MiB')
  expect(found.logs.length).toBeLessThan(20)
})

test('a deadline is noticed while logs full of secrets are looked through: those that are left are unread', async () => {
  const ends = new AbortController()
  let asked = 0
  const logs = async ({ limitBytes }: { limitBytes: number }) => {
    asked++
    if (asked === 40) setImmediate(() => setImmediate(() => setImmediate(() => setImmediate(() => ends.abort()))))
    return 'token=abcdefgh \n'.repeat(5_000).slice(0, limitBytes)
  }
  const found = await gatherFrom({ logs, ...podOf({ containers: containers(20) }) }, { signal: ends.signal })
  expect(asked).toBe(40)
  expect(found.logs.length).toBeGreaterThan(0)
  expect(JSON.stringify(found.logs)).not.toContain('abcdefgh')
  expect(found.unread).toContainEqual({ what: 'log of c19 before its restart', why: 'no time was left to look for secrets in it' })
})

test('policies that are too large to be read are unread, and the rest is there', async () => {
  const list = async ({ kind }: { kind: string }) => {
    if (kind === 'NetworkPolicy')
      throw new CodedError('invalid_input', 'Kubernetes: list NetworkPolicy: the answer is too large to be read')
    return []
  }
  const found = await gatherFrom({ list })
  expect(found.unread).toEqual([{ what: 'networkPolicies', why: expect.stringContaining('too large to be read') }])
  expect(found.logs.length).toBeGreaterThan(0)
})

test('hostile objects stay within the bounds, and what is cut is said', async () => {
  const big = (kind: string) => ({ ...POD, kind, message: 'm'.repeat(20_000), spec: { a: Array(200).fill('"'.repeat(15_000)) } })
  const found = await gatherFrom({ get: async () => big('Pod'), list: async ({ kind }) => Array(500).fill(big(kind)) })
  expect(found.pod).toMatchObject({ kind: 'Pod', text: expect.any(String) })
  expect(found.events.length).toBeGreaterThan(20)
  expect(found.networkPolicies).toEqual([])
  expect(found.cut.map((words) => words.split(':')[0])).toEqual(['pod', 'events', 'events', 'networkPolicies', 'networkPolicies'])
})

test.each([
  { spec: null },
  { spec: { containers: 'x', initContainers: [null, 1, { name: 7 }], ephemeralContainers: { name: 'a' } }, status: [] },
  {
    spec: { nodeName: { a: 1 }, serviceAccountName: 3, containers: [{ name: '' }, { name: 'x'.repeat(100) }] },
    status: { containerStatuses: [5] },
  },
])('a pod of an odd shape (%j) is kept as it is', async ({ spec, status }) => {
  const found = await gatherFrom({ get: async () => ({ ...POD, spec, status }) })
  expect(found.logs).toEqual([])
  expect(found.pod.metadata).toMatchObject({ uid: SUBJECT.uid })
})

test('no more is asked for owners that go round in a circle than for five', async () => {
  let asked = 0
  const found = await gatherFrom({
    get: async ({ kind, name }) => {
      asked++
      return kind === 'Pod' ? POD : { ...POD, kind, metadata: { ...POD.metadata, name, uid: 'rs' } }
    },
  })
  expect(found.owners).toHaveLength(5)
  expect(asked).toBe(8) // the pod, five owners, the node, the pod again
})

async function forbid(): Promise<never> {
  throw new CodedError('not_permitted', 'Kubernetes: forbidden')
}

function getBut(kind: string) {
  const { get } = fakeCluster()
  return { get: async (name: Parameters<typeof get>[0]) => (name.kind === kind ? forbid() : get(name)) }
}

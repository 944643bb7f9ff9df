import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { ANSWER, type Answer } from '../../../lib/agent/answer.ts'
import { ORDER_MS, type Order, orderMessage } from '../../../lib/agent/order.ts'
import { open } from '../../../lib/agent/signed.ts'
import { type AgentPorts, takeOrder } from '../../../lib/agent/take-order.ts'
import { CodedError } from '../../../lib/error.ts'
import type { OutgoingMessage } from '../../../lib/port/queue.ts'
import { baseGuards } from '../../../lib/response/guards.ts'
import type { ActionRecord } from '../../../lib/response/record.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'
import { setStop } from '../../../lib/response/stop.ts'
import { type DemoPod, deployWorkloads, NAMESPACE } from '../../../local/demo/workload.ts'
import { type KubernetesApi, startKubernetesApi } from '../../../local/kubernetes/server.ts'
import { memoryEvidence } from '../../support/memory-evidence.ts'

const orderKeys = generateKeyPairSync('ed25519')
const answerKeys = generateKeyPairSync('ed25519')
let api: KubernetesApi
let ports: AgentPorts
let pod: DemoPod
let sent: OutgoingMessage[]
let nowMs: number

const newStore = () => sqliteStore(openDatabase(':memory:'), { clock: () => nowMs })

beforeEach(async () => {
  nowMs = Date.now()
  sent = []
  api = await startKubernetesApi()
  const cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  pod = (await deployWorkloads(cluster)).nginx
  ports = {
    clusterName: 'demo',
    cluster,
    store: newStore(),
    evidence: memoryEvidence(),
    guards: baseGuards(),
    orderKey: orderKeys.publicKey,
    answerKey: answerKeys.privateKey,
    answers: { send: async (messages) => void sent.push(...messages) },
    metrics: { count: () => undefined },
    clock: () => nowMs,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    patienceMs: 0,
  }
})
afterEach(() => api.stop())

const requestFor = (change: Partial<ActionRequest> = {}): ActionRequest => ({
  id: 'a1',
  incident: 'i1',
  action: 'isolate',
  parameters: { allow_dns: true, expires: '1h' },
  target: {
    cluster: 'demo',
    namespace: NAMESPACE,
    pod: pod.name,
    uid: pod.uid,
    containerId: pod.containerId,
    node: pod.node,
    seenNs: String(BigInt(Date.now() + 1000) * 1_000_000n),
  },
  by: { kind: 'user', id: 'U1', name: 'alice' },
  expiresMs: nowMs + 900_000,
  ...change,
})

function orderFor(request: ActionRequest, change: Partial<Order> = {}, key = orderKeys.privateKey) {
  const order: Order = {
    kind: 'order/1',
    cluster: 'demo',
    request,
    records: [],
    issuedMs: nowMs,
    expiresMs: nowMs + ORDER_MS,
    ...change,
  }
  const { body, attributes = {} } = orderMessage(order, key)
  return { body, attributes }
}

const answers = (): Answer[] => sent.map(({ body }) => open(body, ANSWER, answerKeys.publicKey))
const effects = () => api.writes().filter(({ changed, kind }) => changed && (kind === 'NetworkPolicy' || kind === 'Pod'))
const policies = () => ports.cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE })
/** What the answer says was begun, as the cloud keeps it and gives it back. */
const recordIn = (answer: Answer | undefined, request: ActionRequest): ActionRecord => ({
  request,
  ...(answer?.begun ?? expect.fail('nothing begun')),
})

test('carries an order out, answers with what it wrote down, and tells it in the pod’s events', async () => {
  await takeOrder(orderFor(requestFor()), ports)
  expect(answers()).toMatchObject([
    {
      cluster: 'demo',
      incident: 'i1',
      action: 'a1',
      issuedMs: nowMs,
      verdict: { outcome: { state: 'done' }, pod: { name: pod.name, uid: pod.uid } },
      begun: { begunMs: nowMs, podUid: pod.uid, data: expect.any(Object) },
      undone: [],
    },
  ])
  expect(await policies()).toHaveLength(1)
  const events = await ports.cluster.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE })
  expect(events.filter(({ metadata }) => metadata.name.startsWith('creance-a1'))).toHaveLength(1)
})

test('the same order twice, and another for the same action, act once and are answered each time', async () => {
  const order = orderFor(requestFor())
  await takeOrder(order, ports)
  const before = effects().length
  await takeOrder(order, ports)
  nowMs += 60_000
  await takeOrder(orderFor(requestFor()), ports)
  nowMs += 3600_000 // long lapsed: what is known is told all the same
  await takeOrder(order, ports)
  expect(effects()).toHaveLength(before)
  expect(answers().map(({ verdict }) => verdict !== 'lapsed' && verdict.outcome.state)).toEqual(['done', 'done', 'done', 'done'])
})

test.each([
  ['after its time', ORDER_MS],
  ['long before it was issued', -ORDER_MS - 1],
])('an order that comes %s does nothing, and that is the answer', async (_name, byMs) => {
  const order = orderFor(requestFor())
  nowMs += byMs
  await takeOrder(order, ports)
  expect(answers()).toMatchObject([{ verdict: 'lapsed', undone: [] }])
  expect(await policies()).toEqual([])
  nowMs += 1
  await takeOrder(orderFor(requestFor()), ports)
  expect(answers()[1]).toMatchObject({ verdict: { outcome: { state: 'done' } } })
})

test.each([
  ['for another cluster', () => orderFor(requestFor(), { cluster: 'prod' }), 'invalid_input'],
  ['for a pod of another cluster', () => orderFor(requestFor({ target: { ...requestFor().target, cluster: 'prod' } })), 'invalid_input'],
  ['signed with another key', () => orderFor(requestFor(), {}, answerKeys.privateKey), 'unauthorized'],
  [
    'changed on its way',
    () => ({ ...orderFor(requestFor()), body: orderFor(requestFor()).body.replace('isolate', 'delete_') }),
    'unauthorized',
  ],
  ['that is none', () => ({ body: '{"requests":[]}', attributes: {} }), 'invalid_input'],
] as const)('an order %s does nothing and has no answer', async (_name, order, code) => {
  await expect(takeOrder(order(), ports)).rejects.toMatchObject({ code })
  expect(sent).toEqual([])
  expect(await policies()).toEqual([])
})

test('broken off between the action and its answer, and taken again: one action, one outcome', async () => {
  const order = orderFor(requestFor({ action: 'delete', parameters: {} }))
  const failing = { send: async () => Promise.reject(new CodedError('unavailable', 'the queue is away')) }
  await expect(takeOrder(order, { ...ports, answers: failing })).rejects.toMatchObject({ code: 'unavailable' })
  await takeOrder(order, ports)
  expect(effects().filter(({ verb }) => verb === 'delete')).toHaveLength(1)
  expect(answers()).toMatchObject([{ verdict: { outcome: { state: 'done', why: expect.stringContaining('evidence memory://') } } }])
})

test('broken off when the policy was made and nothing was written down of it: taken again it ends the same', async () => {
  const order = orderFor(requestFor())
  let isBroken = true
  const cluster: AgentPorts['cluster'] = {
    ...ports.cluster,
    create: async (object) => {
      const said = await ports.cluster.create(object)
      if (isBroken && object.kind === 'NetworkPolicy') throw new TypeError('the process is gone')
      return said
    },
  }
  await expect(takeOrder(order, { ...ports, cluster })).rejects.toThrow('the process is gone')
  isBroken = false
  await takeOrder(order, { ...ports, cluster })
  expect(await policies()).toHaveLength(1)
  expect(answers()).toMatchObject([{ verdict: { outcome: { state: 'done' } } }])
})

test('begun, broken off, and lapsed since: nothing more is done, and the answer says what was begun', async () => {
  const order = orderFor(requestFor())
  const cluster: AgentPorts['cluster'] = { ...ports.cluster, create: async () => Promise.reject(new CodedError('unavailable', 'away')) }
  await expect(takeOrder(order, { ...ports, cluster })).rejects.toMatchObject({ code: 'unavailable' })
  nowMs += ORDER_MS
  await takeOrder(order, ports)
  expect(answers()).toMatchObject([{ verdict: 'lapsed', begun: { begunMs: nowMs - ORDER_MS } }])
  expect(await policies()).toEqual([])
})

test('a release undoes what the order knows of, when its own store was lost', async () => {
  const isolate = requestFor()
  await takeOrder(orderFor(isolate), ports)
  const known = recordIn(answers()[0], isolate)
  const release = requestFor({ id: 'r1', action: 'release', parameters: { of: ['a1'] } })
  const young = { ...ports, store: newStore() }
  await takeOrder(orderFor(release, { records: [known] }), young)
  expect(answers()[1]).toMatchObject({ action: 'r1', verdict: { outcome: { state: 'undone' } }, undone: ['a1'] })
  expect(await policies()).toEqual([])
})

test('what its own store knows is not written over by what an order knows', async () => {
  const isolate = requestFor()
  await takeOrder(orderFor(isolate), ports)
  const known = recordIn(answers()[0], isolate)
  await takeOrder(orderFor(requestFor({ id: 'r1', action: 'release', parameters: { of: ['a1'] } }), { records: [known] }), ports)
  const before = effects().length
  await takeOrder(orderFor(requestFor({ id: 'r2', action: 'release', parameters: { of: ['a1'] } }), { records: [known] }), ports)
  expect(answers()[2]).toMatchObject({ verdict: { outcome: { state: 'skipped', why: 'isolate was undone already' } }, undone: [] })
  expect(effects()).toHaveLength(before)
})

test('its own guards and its own kill switch hold', async () => {
  const guards = { ...baseGuards(), protected_namespaces: [NAMESPACE] }
  await takeOrder(orderFor(requestFor()), { ...ports, guards })
  await setStop(ports.store, { by: 'root', atMs: nowMs, why: '' })
  await takeOrder(orderFor(requestFor({ id: 'a2' })), ports)
  expect(answers().map(({ verdict }) => verdict !== 'lapsed' && verdict.outcome)).toMatchObject([
    { state: 'refused', guard: 'protected_namespace' },
    { state: 'refused', guard: 'stopped' },
  ])
  expect(effects().filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([])
})

test('what fails for good is answered as failed; what may pass is thrown, for the queue to bring it again', async () => {
  const failing = (code: 'not_permitted' | 'unavailable'): AgentPorts => ({
    ...ports,
    cluster: { ...ports.cluster, get: async () => Promise.reject(new CodedError(code, 'no')) },
  })
  await expect(takeOrder(orderFor(requestFor()), failing('unavailable'))).rejects.toMatchObject({ code: 'unavailable' })
  expect(sent).toEqual([])
  await takeOrder(orderFor(requestFor()), failing('not_permitted'))
  expect(answers()).toMatchObject([{ verdict: { outcome: { state: 'failed', why: 'no', retryable: false } } }])
})

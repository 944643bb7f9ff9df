import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import { CodedError } from '../../../lib/error.ts'
import { Incident, incidentPartition } from '../../../lib/incident/incident.ts'
import { update } from '../../../lib/port/store.ts'
import { wantedOffers } from '../../../lib/response/offers.ts'
import { ActionRecord, actionSortKey } from '../../../lib/response/record.ts'
import { setStop } from '../../../lib/response/stop.ts'
import { respond } from '../../../lib/stage/respond.ts'
import { startKubernetesApi } from '../../../local/kubernetes/server.ts'
import { responder, workloadsIn } from '../../support/responder.ts'

// What an API server that is slow, throttles or fails comes to. It stands before the in-memory one, and answers by itself what the test puts in its way.
type Way = {
  readonly method: string
  readonly times: number
  readonly status: number
  readonly headers?: Record<string, string>
  readonly after?: boolean
}

const EVIDENCE = {
  id: 'd',
  agent: 'falco',
  rule: 'R',
  priority: 'Warning',
  severity: 3,
  source: 'syscall',
  tags: [],
  timeNs: '1',
  message: '',
}
const INCIDENT = Incident.parse({
  id: 'i',
  subject: { kind: 'workload', key: 'k', cluster: 'c', namespace: 'shop', workload: 'web' },
  cause: 'R',
  title: 'R',
  status: 'open',
  severity: 3,
  correlations: [],
  rules: ['R'],
  mitre: [],
  count: 1,
  firstNs: '1',
  lastNs: '1',
  latest: EVIDENCE,
  evidence: [EVIDENCE],
  seen: [],
  routes: [],
  openedMs: 0,
  updatedMs: 0,
  revision: 1,
})

let api: Awaited<ReturnType<typeof startKubernetesApi>>
let front: Server
let way: Way | undefined
let seen: string[] = []

beforeEach(async () => {
  api = await startKubernetesApi()
  const behind = kubeConfig({ text: api.kubeconfig })
  const target = new URL(behind.getCurrentCluster()?.server ?? '')
  way = undefined
  seen = []
  let hits = 0
  front = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const inTheWay = way && request.method === way.method && hits < way.times && !body.includes('dryRun') // a trial has no effect to lose
    if (request.method !== 'GET') seen.push(`${request.method} ${inTheWay ? way?.status : 'passed'}`)
    const pass = async () => {
      const init = {
        method: request.method ?? 'GET',
        headers: { ...(request.headers as Record<string, string>) },
        ...(body.length > 0 ? { body } : {}),
      }
      return fetch(new URL(request.url ?? '/', target), init)
    }
    if (inTheWay) {
      hits += 1
      if (way?.after) await pass() // it took effect; the answer is lost
      response.writeHead(way?.status ?? 500, { 'content-type': 'application/json', ...way?.headers })
      response.end(JSON.stringify({ kind: 'Status', status: 'Failure', message: 'in the way', code: way?.status }))
      return
    }
    const answer = await pass()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  front.closeAllConnections()
  await new Promise((resolve) => front.close(resolve))
  await api.stop()
})

async function stage() {
  const server = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  const behind = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  await behind.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const pods = await workloadsIn(behind, 'shop').deployment('web')
  const pod = pods[0] ?? expect.fail('no pod')
  const config = kubeConfig({ text: api.kubeconfig.replace(/server: .*/, `server: ${server}`) })
  return { pod, behind, ...responder(kubernetesCluster(config)) }
}

test('a server that throttles for a moment is waited for, as long as it asks', async () => {
  const { pod, requestOf, ports, recordOf } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  way = { method: 'PATCH', times: 2, status: 429, headers: { 'retry-after': '0' } }
  await respond({ requests: [request] }, { ...ports, patienceMs: 20_000 }, { lastTry: false })
  expect((await recordOf(request.id))?.outcome).toEqual({ state: 'done' })
  expect(seen.filter((one) => one.startsWith('PATCH'))).toEqual(['PATCH 429', 'PATCH 429', 'PATCH passed'])
})

test.each([500, 503, 504])('a server that answers %d for longer gives the message back; the next delivery goes on', async (status) => {
  const { pod, requestOf, ports, recordOf, carryOut } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  way = { method: 'PATCH', times: 1, status }
  await expect(respond({ requests: [request] }, ports, { lastTry: false })).rejects.toMatchObject({ code: 'unavailable' })
  expect(await recordOf(request.id)).toMatchObject({ begunMs: expect.any(Number) })
  expect((await recordOf(request.id))?.outcome).toBeUndefined()
  expect(await carryOut(request)).toEqual({ state: 'done' })
})

test('on the last delivery it is told as failed, goes to the dead letters, and may yet be done', async () => {
  const { pod, requestOf, ports, recordOf, journal, carryOut } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  way = { method: 'PATCH', times: 1, status: 503 }
  await expect(respond({ requests: [request] }, ports, { lastTry: true })).rejects.toMatchObject({ code: 'unavailable' })
  expect((await recordOf(request.id))?.outcome).toMatchObject({
    state: 'failed',
    retryable: true,
    why: expect.stringContaining('in the way'),
  })
  expect((await journal()).map(({ outcome }) => outcome)).toContain('failed')
  expect(await carryOut(request)).toEqual({ state: 'done' })
})

test('a right that is missing is told at once, with verb and resource, and is not tried again', async () => {
  const { pod, requestOf, carryOut } = await stage()
  way = { method: 'PATCH', times: 99, status: 403 }
  const outcome = await carryOut(requestOf('label', { labels: { a: 'b' } }, pod))
  expect(outcome).toMatchObject({
    state: 'failed',
    retryable: false,
    why: expect.stringMatching(/patch Pod shop\/.*RBAC role lacks this verb/),
  })
  expect(seen.filter((one) => one.startsWith('PATCH'))).toHaveLength(1)
})

test.each([
  ['delete', 'DELETE', { grace_period: '1s' }],
  ['evict', 'POST', {}],
  ['label', 'PATCH', { labels: { a: 'b' } }],
] as const)('%s whose answer got lost is not done twice, and is told as done', async (action, method, parameters) => {
  const { pod, behind, requestOf, ports, carryOut } = await stage()
  const request = requestOf(action, parameters, pod)
  way = { method, times: 1, status: 504, after: true }
  await expect(respond({ requests: [request] }, ports, { lastTry: false })).rejects.toMatchObject({ code: 'unavailable' })
  expect(await carryOut(request)).toMatchObject({ state: 'done' })
  const pods = await behind.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop' })
  expect(pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toHaveLength(1) // the old one, or its one successor
})

test('an event that cannot be written holds nothing up', async () => {
  const { pod, requestOf, carryOut } = await stage()
  way = { method: 'POST', times: 99, status: 403 }
  expect(await carryOut(requestOf('label', { labels: { a: 'b' } }, pod))).toEqual({ state: 'done' })
})

test('what a message asks for on several pods is done in order, and what is refused does not hold up the next', async () => {
  const { pod, requestOf, ports, recordOf } = await stage()
  const requests = [
    requestOf('label', { labels: { a: 'b' } }, pod),
    requestOf('suspend', {}, pod),
    requestOf('annotate', { annotations: { c: 'd' } }, pod),
  ]
  await respond({ requests }, ports, { lastTry: false })
  const states = await Promise.all(requests.map(async ({ id }) => (await recordOf(id))?.outcome?.state))
  expect(states).toEqual(['done', 'refused', 'done'])
})

test('what was done stays done when it can be told of only later, or not at all', async () => {
  const { pod, requestOf, ports, recordOf, journal, carryOut } = await stage()
  const request = requestOf('delete', { grace_period: '1s' }, pod)
  const mute = { ...ports, messages: { send: () => Promise.reject(new CodedError('unavailable', 'the queue is down')) } }
  await expect(respond({ requests: [request] }, mute, { lastTry: true })).rejects.toMatchObject({ code: 'unavailable' })
  expect((await recordOf(request.id))?.outcome?.state).toBe('done')
  // the incident's item is of another shape: what it means for the incident cannot be written
  await ports.store.put({ pk: incidentPartition(request.incident), sk: 'incident', data: 'broken' }, 'absent')
  expect(await carryOut(request)).toMatchObject({ state: 'done' })
  expect((await journal()).filter(({ kind }) => kind === 'outcome').map(({ outcome }) => outcome)).toEqual(['done'])
})

test('a release touches nothing in another cluster than the action was done in', async () => {
  const { pod, requestOf, carryOut, release, ports, behind } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  await carryOut(request)
  const key = { pk: incidentPartition(request.incident), sk: actionSortKey(request.id) }
  const moved = (now: ActionRecord | undefined) =>
    now && { ...now, request: { ...now.request, target: { ...now.request.target, cluster: 'b' } } }
  await update(ports.store, key, ActionRecord, moved)
  expect(await release([request.id], pod)).toMatchObject({ state: 'skipped', why: expect.stringContaining('another cluster') })
  const now = await behind.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod.metadata.name })
  expect(now?.metadata.labels).toMatchObject({ a: 'b' })
})

test('what was begun and then refused can be released', async () => {
  const { pod, requestOf, ports, recordOf, carryOut, time, store } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  way = { method: 'PATCH', times: 1, status: 504, after: true } // it took effect
  await expect(respond({ requests: [request] }, ports, { lastTry: false })).rejects.toMatchObject({ code: 'unavailable' })
  await setStop(store, { by: 'alice', atMs: time.nowMs, why: '' })
  expect(await carryOut(request)).toMatchObject({ state: 'refused', guard: 'stopped', why: expect.stringContaining('it was begun before') })
  const record = (await recordOf(request.id)) ?? expect.fail('no record')
  const incident = { ...INCIDENT, id: request.incident }
  const offers = wantedOffers({ incident, context: undefined, plans: [], actions: [record], silences: [], offers: [] }, time.nowMs)
  expect(offers.filter(({ action }) => action === 'release')).toMatchObject([{ parameters: { of: [request.id] } }])
})

test('what was begun goes on when a guard of the pod or a limit came between', async () => {
  const { pod, requestOf, ports, carryOut, behind } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  way = { method: 'PATCH', times: 1, status: 503 }
  await expect(respond({ requests: [request] }, ports, { lastTry: false })).rejects.toMatchObject({ code: 'unavailable' })
  const now = (await behind.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod.metadata.name })) ?? expect.fail('no pod')
  const { uid = '', resourceVersion = '' } = now.metadata
  await behind.patch({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: now.metadata.name,
    uid,
    resourceVersion,
    labels: { tier: 'gold' },
  })
  const strict = { ...ports, guards: { ...ports.guards, protected_labels: { tier: 'gold' } } }
  await respond({ requests: [request] }, strict, { lastTry: false })
  expect(await carryOut(request)).toEqual({ state: 'done' })
})

test('all requests of a message share its patience', async () => {
  const { pod, requestOf, ports } = await stage()
  const requests = [1, 2, 3].map((n) => requestOf('label', { labels: { [`l${n}`]: 'x' } }, pod))
  way = { method: 'PATCH', times: 999, status: 429, headers: { 'retry-after': '1' } }
  await expect(respond({ requests }, { ...ports, patienceMs: 1500 }, { lastTry: true })).rejects.toMatchObject({ code: 'throttled' })
  expect(seen.filter((one) => one.startsWith('PATCH'))).toHaveLength(4) // the first request's two, and one each
})

test('what is stopped while evidence is taken is not done', async () => {
  const { pod, behind, requestOf, ports, recordOf, store, time } = await stage()
  const request = requestOf('delete', {}, pod)
  const evidence = {
    keep: async (key: string, bytes: Uint8Array) => {
      await setStop(store, { by: 'alice', atMs: time.nowMs, why: '' })
      return ports.evidence.keep(key, bytes)
    },
  }
  await respond({ requests: [request] }, { ...ports, evidence }, { lastTry: false })
  expect((await recordOf(request.id))?.outcome).toMatchObject({ state: 'refused', guard: 'stopped' })
  const now = await behind.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod.metadata.name })
  expect(now?.metadata).toMatchObject({ uid: pod.metadata.uid })
  expect(now?.metadata.deletionTimestamp).toBeUndefined()
})

test('a table that fails when a message comes for the last time does not make undone what was done', async () => {
  const { pod, requestOf, carryOut, ports, recordOf, journal } = await stage()
  const request = requestOf('label', { labels: { a: 'b' } }, pod)
  await carryOut(request)
  let isDown = true
  const get = (pk: string, sk: string) => {
    if (!isDown) return ports.store.get(pk, sk)
    isDown = false
    return Promise.reject(new CodedError('unavailable', 'the table is down'))
  }
  await expect(respond({ requests: [request] }, { ...ports, store: { ...ports.store, get } }, { lastTry: true })).rejects.toMatchObject({
    message: 'the table is down',
  })
  expect((await recordOf(request.id))?.outcome).toEqual({ state: 'done' })
  expect((await journal()).map(({ outcome }) => outcome)).toEqual(['begun', 'done'])
})

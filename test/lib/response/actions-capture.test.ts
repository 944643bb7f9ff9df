import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject } from '../../../lib/port/cluster.ts'
import { CAPTURE_RBAC, capture } from '../../../lib/response/actions/capture.ts'
import { Evidence } from '../../../lib/response/capture/document.ts'
import { type KubernetesApi, startKubernetesApi } from '../../../local/kubernetes/server.ts'
import { memoryEvidence } from '../../support/memory-evidence.ts'

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' } as const
let api: KubernetesApi
let cluster: Cluster
let object: KubernetesObject
beforeAll(async () => {
  api = await startKubernetesApi()
  cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  const containers = [{ name: 'app', image: 'nginx:1.29', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }]
  await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers } })
  object = (await cluster.get(POD)) ?? expect.fail('the pod was not created')
})
afterAll(() => api.stop())

const proven = () => ({ ...POD, uid: object.metadata.uid ?? '', labels: {}, object })
const context = (evidence = memoryEvidence()) => ({ cluster, evidence, clock: () => 0, actionId: 'ab', incident: 'cd' })
const runWith = async (parameters: unknown, at: ReturnType<typeof context>) => {
  const prepared = await capture.prepare(proven(), capture.parameters.parse(parameters), at)
  if (prepared.kind !== 'ready') return expect.fail('it was refused')
  return capture.run(capture.data.parse(JSON.parse(JSON.stringify(prepared.data))), at)
}
const documentIn = (evidence: ReturnType<typeof memoryEvidence>) =>
  Evidence.parse(JSON.parse(gunzipSync(evidence.kept.get('incident/cd/ab.json.gz') ?? new Uint8Array()).toString()))

test('the outcome names what is kept and its hash; a second run comes to the same', async () => {
  const evidence = memoryEvidence()
  const outcome = await runWith({}, context(evidence))
  expect(outcome).toEqual({ state: 'done', why: expect.stringMatching(/^sha256 [0-9a-f]{64} at memory:\/\/incident\/cd\/ab\.json\.gz$/) })
  const writes = api.writes().length
  expect(await runWith({}, { ...context(evidence), clock: () => 5000 })).toEqual(outcome)
  expect(api.writes()).toHaveLength(writes)
})

test('what is kept is the pod with its node and logs, without the values of its environment', async () => {
  const evidence = memoryEvidence()
  await runWith({ log_lines: 1 }, context(evidence))
  const document = documentIn(evidence)
  expect(document).toMatchObject({ subject: { uid: object.metadata.uid }, node: { metadata: { name: 'local' } }, unread: [] })
  expect(document.logs).toMatchObject([{ container: 'app', kind: 'container', previous: false }])
  expect(JSON.stringify(document)).not.toContain('hunter2')
})

test('logs: false leaves them out', async () => {
  const evidence = memoryEvidence()
  await runWith({ logs: false }, context(evidence))
  expect(documentIn(evidence).logs).toEqual([])
})

test('a pod that is gone is skipped, and nothing is kept', async () => {
  const evidence = memoryEvidence()
  const data = { pod: { namespace: 'default', name: 'web', uid: 'another' }, logLines: 1 }
  expect(await capture.run(data, context(evidence))).toEqual({ state: 'skipped', why: 'the pod is gone' })
  expect(evidence.kept.size).toBe(0)
})

test.each([{ log_lines: 0 }, { log_lines: 1.5 }, { logs: 'yes' }, { lines: 1 }])('the parameters %j are wrong', (parameters) => {
  expect(capture.parameters.safeParse(parameters).success).toBe(false)
})

test('it needs rights to read, and no others', () => {
  expect(capture.rbac(undefined)).toBe(CAPTURE_RBAC)
  expect(new Set(CAPTURE_RBAC.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list']))
  expect(CAPTURE_RBAC.flatMap(({ resources }) => resources)).not.toContain('secrets')
})

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import type { ActionContext, ProvenPod } from '../../lib/response/action.ts'
import { isolate } from '../../lib/response/actions/isolate.ts'
import type { Isolation } from '../../lib/response/actions/isolate-data.ts'
import { eventually } from '../support/eventually.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

const ACTION = 'c3'.repeat(32)
const NAME = `creance-${ACTION.slice(0, 16)}`
const LABEL = `creance.dev/isolated-${ACTION.slice(0, 16)}`
const POD = { apiVersion: 'v1', kind: 'Pod' } as const
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const
const CILIUM = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' } as const
const CALICO_CRD = { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy' } as const
const CALICO = { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' } as const

let plane: ControlPlane
let kubelet: { stop: () => Promise<void> }
/** `admin` sets the stage; `cluster` has no rights but those that the action declares. */
let admin: Cluster
let cluster: Cluster
let namespace = ''
let count = 0

beforeAll(async () => {
  plane = await startControlPlane({ users: ['actor'] })
  kubelet = await startKubelet(plane.kubeconfig)
  admin = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  cluster = kubernetesCluster(kubeConfig({ file: plane.userKubeconfig('actor') }))
  const rules = [{}, { detach: 'controller' }, { policy: 'cilium', allow_dns: true }, { policy: 'calico' }].flatMap((parameters) =>
    isolate.rbac(isolate.parameters.parse(parameters)),
  )
  const rbac = { apiGroup: 'rbac.authorization.k8s.io', name: 'actor' }
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const role = { apiVersion, kind: 'ClusterRole', metadata: { name: 'actor' }, rules }
  const bound = { roleRef: { ...rbac, kind: 'ClusterRole' }, subjects: [{ ...rbac, kind: 'User' }] }
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'actor' }, ...bound }
  await admin.create(role)
  await admin.create(binding)
})
afterAll(async () => {
  await kubelet?.stop()
  await plane?.stop()
})
beforeEach(async () => {
  namespace = `isolate-${++count}`
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})

test('the policy and the label are there; undone, nothing is left, and both may be done twice', async () => {
  const pod = await barePod({ app: 'web' })
  const data = await ready(pod, { allow_dns: true, allow_cidrs: ['10.0.0.0/8', 'fd00::/8'], allow_namespaces: ['monitoring'] })
  expect((await isolate.run(data, context())).state).toBe('done')
  const after = [await labelsOf(pod), await policies()]
  expect(after).toMatchObject([{ app: 'web', [LABEL]: pod.uid }, [{ metadata: { name: NAME } }]])
  expect((await isolate.run(data, context())).state).toBe('done')
  expect([await labelsOf(pod), await policies()]).toEqual(after)
  expect(await undo(data)).toEqual({ state: 'undone' })
  expect(await undo(data)).toEqual({ state: 'undone', why: 'the NetworkPolicy was gone already' })
  expect([await labelsOf(pod), await policies()]).toEqual([{ app: 'web' }, []])
})

test('broken off between policy and label: run again it is whole, undone there nothing is left', async () => {
  const pod = await barePod({ app: 'web' })
  const data = await ready(pod)
  const broken = { ...cluster, patch: () => Promise.reject(new Error('killed')) }
  await expect(isolate.run(data, context(broken))).rejects.toThrow('killed')
  expect([await labelsOf(pod), (await policies()).length]).toEqual([{ app: 'web' }, 1])
  expect((await isolate.run(data, context())).state).toBe('done')
  expect([await labelsOf(pod), (await policies()).length]).toEqual([{ app: 'web', [LABEL]: pod.uid }, 1])
  await undo(data)
  await expect(isolate.run(data, context(broken))).rejects.toThrow('killed')
  await undo(data)
  expect([await labelsOf(pod), await policies()]).toEqual([{ app: 'web' }, []])
})

test("a person's policies, of our name or another, are not touched", async () => {
  const spec = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: [{}] }
  for (const name of [NAME, 'creance-other', 'allow-all']) await admin.create({ ...POLICY, metadata: { name, namespace }, spec })
  const before = await policies()
  const pod = await barePod({ app: 'web' })
  const data = await ready(pod)
  expect(await isolate.run(data, context())).toMatchObject({ state: 'refused', guard: 'foreign_policy' })
  expect(await undo(data)).toMatchObject({ state: 'refused', guard: 'foreign_policy' })
  const other = 'd4'.repeat(32)
  const second = await ready(pod, {}, other)
  const { why } = await isolate.run(second, context(cluster, other))
  expect(why).toContain(`policies add up, and allow-all, ${NAME}, creance-other still allows`)
  await isolate.undo?.(second, context(cluster, other))
  expect(await policies()).toEqual(before)
  expect(await labelsOf(pod)).toEqual({ app: 'web' })
})

test('taken out of its Service and its ReplicaSet, the pod runs on alone and a fourth comes; put back, one too many goes', async () => {
  const labels = { app: 'web', team: 'shop' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.29' }] } }
  const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template }
  await admin.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec })
  const service = { selector: { app: 'web' }, ports: [{ port: 80 }] }
  await admin.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: service })
  const running = async (most: number) => {
    const found = (await pods()).filter((one) => Object(one.status).phase === 'Running' && !one.metadata.deletionTimestamp)
    expect(found).toHaveLength(most)
    return found
  }
  const [first] = await eventually(() => running(3))
  const pod = proven(first ?? expect.fail())
  const [owner] = pod.object.metadata.ownerReferences ?? []
  const data = await ready(pod, { detach: 'controller' })
  const { why } = await isolate.run(data, context())
  expect(why).toContain(`taken out of Service web, ReplicaSet ${owner?.name} (labels off: app, pod-template-hash)`)
  await eventually(() => running(4))
  const isolated = await eventually(async () => {
    const one = await podNow(pod)
    expect(one.metadata.ownerReferences).toBeUndefined()
    return one
  })
  expect(isolated).toMatchObject({ metadata: { uid: pod.uid, labels: { team: 'shop', [LABEL]: pod.uid } }, status: { phase: 'Running' } })
  expect((await isolate.run(data, context())).state).toBe('done')
  expect((await undo(data)).why).toContain('its controller may remove one of the two')
  await eventually(() => running(3))
  const left = await admin.get({ ...POD, namespace, name: pod.name })
  expect(left?.metadata.labels ?? pod.labels).toEqual(pod.labels)
  expect((await undo(data)).state).toBe('undone')
  expect(await policies()).toEqual([])
})

test('Cilium: refused without its kind; with it the policy is made and taken away', async () => {
  const pod = await barePod({ app: 'web' })
  expect(await prepare(pod, { policy: 'cilium' })).toMatchObject({ kind: 'refusal', outcome: { guard: 'unknown_kind' } })
  await serve(CILIUM, 'ciliumnetworkpolicies')
  const sealed = await ready(pod, { policy: 'cilium' })
  expect(await isolate.run(sealed, context())).toMatchObject({ state: 'done', why: expect.not.stringContaining('still allows') })
  expect(await specsOf(CILIUM)).toEqual([
    {
      endpointSelector: { matchLabels: { [LABEL]: pod.uid } },
      ingressDeny: [{ fromEntities: ['all'] }],
      egressDeny: [{ toEntities: ['all'] }],
    },
  ])
  expect(await undo(sealed)).toEqual({ state: 'undone' })
  const spec = { endpointSelector: { matchLabels: { 'k8s:app': 'web' } }, egress: [{ toEntities: ['world'] }] }
  await admin.create({ ...CILIUM, metadata: { name: 'world', namespace }, spec })
  const withDns = await ready(pod, { policy: 'cilium', allow_dns: true })
  expect((await isolate.run(withDns, context())).why).toContain('policies add up, and world still allows')
  await undo(withDns)
  expect(await specsOf(CILIUM)).toEqual([spec])
})

test('Calico: refused without its kind; made in its own API, else in the bare resource; taken away from there', async () => {
  const pod = await barePod({ app: 'web' })
  expect(await prepare(pod, { policy: 'calico' })).toMatchObject({ kind: 'refusal', outcome: { guard: 'unknown_kind' } })
  for (const kind of [CALICO_CRD, CALICO]) {
    await serve(kind, 'networkpolicies')
    const data = await ready(pod, { policy: 'calico', allow_cidrs: ['10.0.0.0/8', 'fd00::/8'] })
    expect(data.policy).toMatchObject({ ...kind, name: kind === CALICO_CRD ? `default.${NAME}` : NAME })
    expect((await isolate.run(data, context())).state).toBe('done')
    expect(await specsOf(kind)).toMatchObject([{ selector: `${LABEL} == '${pod.uid}'`, types: ['Ingress', 'Egress'], order: -1_000_000 }])
    expect(await policies()).toEqual([])
    expect(await undo(data)).toEqual({ state: 'undone' })
    expect(await specsOf(kind)).toEqual([])
    expect(await labelsOf(pod)).toEqual({ app: 'web' })
  }
})

function context(on: Cluster = cluster, actionId = ACTION): ActionContext {
  const evidence = { keep: async () => expect.fail('isolate keeps no evidence') }
  return { cluster: on, evidence, clock: () => 0, actionId, incident: 'incident-1' }
}

function prepare(pod: ProvenPod, parameters: object, actionId = ACTION) {
  return isolate.prepare(pod, isolate.parameters.parse(parameters), context(cluster, actionId))
}

async function ready(pod: ProvenPod, parameters: object = {}, actionId = ACTION): Promise<Isolation> {
  const prepared = await prepare(pod, parameters, actionId)
  return prepared.kind === 'ready' ? prepared.data : expect.fail(prepared.outcome.why)
}

async function undo(data: Isolation) {
  return (await isolate.undo?.(data, context())) ?? expect.fail('isolate has no undo')
}

function proven(object: KubernetesObject): ProvenPod {
  const { name, uid = '', labels = {} } = object.metadata
  return { namespace, name, uid, labels, object }
}

async function barePod(labels: Readonly<Record<string, string>>): Promise<ProvenPod> {
  await admin.create({ ...POD, metadata: { name: 'bare', namespace, labels }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  return proven((await admin.get({ ...POD, namespace, name: 'bare' })) ?? expect.fail())
}

async function podNow({ name }: ProvenPod): Promise<KubernetesObject> {
  return (await admin.get({ ...POD, namespace, name })) ?? expect.fail(`there is no pod ${name}`)
}

async function labelsOf(pod: ProvenPod) {
  return (await podNow(pod)).metadata.labels
}

function pods(): Promise<readonly KubernetesObject[]> {
  return admin.list({ ...POD, namespace })
}

function policies(): Promise<readonly KubernetesObject[]> {
  return admin.list({ ...POLICY, namespace })
}

async function specsOf(kind: { readonly apiVersion: string; readonly kind: string }) {
  return (await admin.list({ ...kind, namespace })).map(({ spec }) => spec)
}

/** Makes the API server serve the kind, with any content. */
async function serve({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, plural: string): Promise<void> {
  const [group = '', version] = apiVersion.split('/')
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const spec = {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
  }
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` } }
  await admin.create({ ...definition, spec })
  await eventually(async () => expect(await specsOf({ apiVersion, kind })).toEqual([]))
}

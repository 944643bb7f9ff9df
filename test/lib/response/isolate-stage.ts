import { expect, onTestFinished } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject } from '../../../lib/port/cluster.ts'
import type { ActionContext, ProvenPod } from '../../../lib/response/action.ts'
import { isolate } from '../../../lib/response/actions/isolate.ts'
import type { Isolation } from '../../../lib/response/actions/isolate-data.ts'
import { startKubernetesApi } from '../../../local/kubernetes/server.ts'

export const NAMESPACE = 'shop'
export const POD = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE } as const
export const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE } as const
export const ACTION = 'a1'.repeat(32)
export const NAME = `creance-${ACTION.slice(0, 16)}`
export const LABEL = `creance.dev/isolated-${ACTION.slice(0, 16)}`
export const LABELS: Readonly<Record<string, string>> = { app: 'web', tier: 'front' }

/** The cluster of the test that runs. */
export let cluster: Cluster

/** For `beforeEach`: an in-memory cluster with a Deployment of three pods. */
export async function setTheStage(): Promise<void> {
  const api = await startKubernetesApi()
  onTestFinished(() => api.stop())
  cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  await cluster.create(deployment('web', 3))
}

export const context = (on: Cluster = cluster, actionId = ACTION): ActionContext => ({
  cluster: on,
  evidence: { keep: async () => expect.fail('isolate keeps no evidence') },
  clock: () => 0,
  actionId,
  incident: 'incident-1',
})
export const pods = () => cluster.list(POD)
export const policies = () => cluster.list(POLICY)
export const named = async (name: string) => (await cluster.get({ ...POD, name })) ?? expect.fail(`there is no pod ${name}`)
export const aPod = async () => proven((await pods())[0] ?? expect.fail('there is no pod'))

export function prepare(pod: ProvenPod, parameters: object = {}, on = context()) {
  return isolate.prepare(pod, isolate.parameters.parse(parameters), on)
}

export async function ready(pod: ProvenPod, parameters: object = {}, on = context()): Promise<Isolation> {
  const prepared = await prepare(pod, parameters, on)
  return prepared.kind === 'ready' ? prepared.data : expect.fail(prepared.outcome.why)
}

export async function undo(data: Isolation) {
  return (await isolate.undo?.(data, context())) ?? expect.fail('isolate has no undo')
}

export function proven(object: KubernetesObject): ProvenPod {
  const { name, uid = '', labels = {} } = object.metadata
  return { namespace: NAMESPACE, name, uid, labels, object }
}

export async function barePod(labels: Readonly<Record<string, string>>, name = 'bare'): Promise<ProvenPod> {
  await cluster.create({ ...POD, metadata: { name, namespace: NAMESPACE, labels }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  return proven(await named(name))
}

export async function relabel({ name, uid }: ProvenPod, labels: Readonly<Record<string, string | null>>): Promise<void> {
  const { resourceVersion = '' } = (await named(name)).metadata
  expect(await cluster.patch({ ...POD, name, uid, resourceVersion, labels })).toBe('patched')
}

/** The same cluster with Services of these selectors. */
export function withServices(selectors: readonly unknown[]): Cluster {
  const services = selectors.map((selector, at) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `s${at}` },
    spec: { selector },
  }))
  return {
    ...cluster,
    serves: async (kind) => kind.kind === 'Service' || cluster.serves(kind),
    list: async (query) => (query.kind === 'Service' ? services : cluster.list(query)),
  }
}

function deployment(name: string, replicas: number): KubernetesObject {
  const labels = { app: name, team: 'shop' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.29' }] } }
  const spec = { replicas, selector: { matchLabels: { app: name } }, template }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE }, spec }
}

import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { onTestFinished } from 'vitest'
import { type KubernetesApiSettings, startKubernetesApi } from '../../../local/kubernetes/server.ts'

/** 2026-01-02T03:04:05.678Z, where the clock of these tests stands. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
export const PODS = '/api/v1/namespaces/default/pods'
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
export const REPLICA_SETS = '/apis/apps/v1/namespaces/default/replicasets'
export const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
export const MERGE = 'application/merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const OTHER_UID = '00000000-0000-4000-8000-000000000000'

export type Metadata = {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly labels?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly {
    readonly kind: string
    readonly name: string
    readonly uid: string
    readonly controller?: boolean
  }[]
  readonly deletionTimestamp?: string
}
export type Body = {
  readonly kind: string
  readonly message: string
  readonly reason: string
  readonly metadata: Metadata
  readonly items: readonly Body[]
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: Readonly<Record<string, unknown>>
}
export type Sent = { readonly status: number; readonly body: Body }

/** A server for one test: `send` is plain HTTP (a string body goes as it is), `client` the official client with the server's kubeconfig. */
export async function startApi(settings: KubernetesApiSettings = {}) {
  const api = await startKubernetesApi({ clock: () => NOW, nodes: ['node-a', 'node-b'], ...settings })
  onTestFinished(() => api.stop())
  const send = async (method: string, path: string, body?: unknown, type = 'application/json'): Promise<Sent> => {
    const said = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(api.url + path, { method, headers: { 'Content-Type': type }, ...said })
    const text = await response.text()
    const isJson = response.headers.get('Content-Type') === 'application/json'
    return { status: response.status, body: (isJson ? JSON.parse(text) : { kind: 'text', message: text }) as Body }
  }
  const names = async (path: string) => (await send('GET', path)).body.items.map(({ metadata }) => metadata.name)
  const config = new KubeConfig()
  config.loadFromString(api.kubeconfig)
  return { api, send, names, client: KubernetesObjectApi.makeApiClient(config) }
}

export function pod(name: string, metadata: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
  }
}

export function eviction(name: string, deleteOptions: object = {}) {
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' }, deleteOptions }
}

export function deployment(name: string, replicas = 2) {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { serviceAccountName: 'web', containers: [{ name: 'app', image: 'nginx:1.27' }] } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template },
  }
}

export function networkPolicy(name: string) {
  const spec = { podSelector: { matchLabels: { isolated: 'yes' } }, policyTypes: ['Ingress', 'Egress'] }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'default' }, spec }
}

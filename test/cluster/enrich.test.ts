import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { describeIncident } from '../../lib/context/describe.ts'
import { CONTEXT_RBAC } from '../../lib/context/rbac.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import { incidentOf } from '../lib/context/incident.ts'
import { eventually } from '../support/eventually.ts'
import { ownerChain } from '../support/owner-chain.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

// A pod of a Deployment, as the real API server tells of it to one that may read exactly what CONTEXT_RBAC says, and to one that may read pods alone.
const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1', group: 'rbac.authorization.k8s.io' }
const NOW = 1_795_500_000_000
const labels = { app: 'web' }

let plane: ControlPlane
let kubelet: { readonly stop: () => Promise<void> }
let admin: Cluster
let pod: KubernetesObject

/** `rest`: what stands beside metadata. */
const make = async (apiVersion: string, kind: string, metadata: KubernetesObject['metadata'], rest: object): Promise<void> => {
  expect(await admin.create({ apiVersion, kind, metadata, ...rest })).toBe('created')
}
const grant = async (user: string, rules: readonly object[]): Promise<void> => {
  await make(RBAC.apiVersion, 'ClusterRole', { name: user }, { rules })
  const subjects = [{ apiGroup: RBAC.group, kind: 'User', name: user }]
  await make(
    RBAC.apiVersion,
    'ClusterRoleBinding',
    { name: user },
    { roleRef: { apiGroup: RBAC.group, kind: 'ClusterRole', name: user }, subjects },
  )
}
const describedBy = (user: string) => {
  const cluster = kubernetesCluster(kubeConfig({ file: plane.userKubeconfig(user) }))
  const incident = incidentOf('i', NOW, { pod: { namespace: 'shop', name: pod.metadata.name } })
  const store = sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
  return describeIncident(incident, { cluster, store, nowMs: NOW, signal: AbortSignal.timeout(20_000) })
}

beforeAll(async () => {
  plane = await startControlPlane({ users: ['reader', 'poor'] })
  kubelet = await startKubelet(plane.kubeconfig)
  admin = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  await grant('reader', CONTEXT_RBAC)
  await grant('poor', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }])
  await make('v1', 'Namespace', { name: 'shop' }, {})
  const at = (name: string) => ({ name, namespace: 'shop' })
  await make('v1', 'ServiceAccount', at('robot'), { automountServiceAccountToken: false })
  const robot = { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }
  await make(RBAC.apiVersion, 'Role', at('exec'), { rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] })
  await make(RBAC.apiVersion, 'RoleBinding', at('exec'), {
    roleRef: { apiGroup: RBAC.group, kind: 'Role', name: 'exec' },
    subjects: [robot],
  })
  await make(
    RBAC.apiVersion,
    'ClusterRole',
    { name: 'secret-reader' },
    {
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    },
  )
  await make(
    RBAC.apiVersion,
    'ClusterRoleBinding',
    { name: 'secret-readers' },
    {
      roleRef: { apiGroup: RBAC.group, kind: 'ClusterRole', name: 'secret-reader' },
      subjects: [{ apiGroup: RBAC.group, kind: 'Group', name: 'system:serviceaccounts:shop' }],
    },
  )
  const container = {
    name: 'nginx',
    image: 'nginx:1.29',
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'root', mountPath: '/host', readOnly: true }],
  }
  const template = {
    metadata: { labels },
    spec: { serviceAccountName: 'robot', containers: [container], volumes: [{ name: 'root', hostPath: { path: '/' } }] },
  }
  await make('apps/v1', 'Deployment', at('web'), { spec: { replicas: 3, selector: { matchLabels: labels }, template } })
  await make('v1', 'Service', at('web'), {
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 443, nodePort: 30443 }], externalIPs: ['198.51.100.7'] },
  })
  await make('v1', 'Service', at('api'), { spec: { selector: { app: 'api' }, ports: [{ port: 80 }] } })
  const backend = (name: string) => ({ service: { name, port: { number: 443 } } })
  await make('networking.k8s.io/v1', 'Ingress', at('shop'), {
    spec: {
      rules: [
        {
          host: 'shop.example',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: backend('web') },
              { path: '/api', pathType: 'Prefix', backend: backend('api') },
            ],
          },
        },
      ],
    },
  })
  pod = await eventually(async () => {
    const pods = await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', labelSelector: 'app=web' })
    expect(pods).toHaveLength(3)
    for (const { status } of pods) expect(status).toMatchObject({ phase: 'Running' })
    return pods[0] ?? expect.fail('no pod')
  }, 60_000)
  await make('v1', 'Event', at('web.1'), {
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod.metadata.name, uid: pod.metadata.uid },
    reason: 'BackOff',
    message: 'Back-off restarting failed container',
    type: 'Warning',
    lastTimestamp: '2026-11-24T10:00:00Z',
    count: 4,
  })
})
afterAll(async () => {
  await kubelet?.stop()
  await plane?.stop()
})

test('one that may read what CONTEXT_RBAC says knows all', async () => {
  const context = await describedBy('reader')
  expect(context.unread).toEqual([])
  expect(context).toMatchObject({
    pod: { uid: pod.metadata.uid, serviceAccount: 'robot', images: ['nginx:1.29'] },
    dangers: [
      { what: 'privileged', containers: ['nginx'] },
      { what: 'hostPath / (read-only)', containers: ['nginx'] },
    ],
    owners: [{ kind: 'ReplicaSet' }, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    node: { name: 'node-1' },
    neighbours: { count: 2 },
    account: {
      name: 'robot',
      tokenMounted: false,
      powers: [
        { words: 'read secrets', by: 'ClusterRoleBinding secret-readers', role: 'ClusterRole secret-reader' },
        { words: 'run commands in pods (exec, attach)', where: 'shop', by: 'RoleBinding exec', role: 'Role exec' },
      ],
      morePowers: 0,
    },
    exposure: {
      services: [{ name: 'web', type: 'LoadBalancer', ports: ['443/TCP on 30443'], addresses: ['198.51.100.7'] }],
      routes: [{ ingress: 'shop', host: 'shop.example', path: '/', to: 'web' }],
    },
    siblings: { count: 2, ready: 2 },
    events: [{ reason: 'BackOff', count: 4, type: 'Warning', atMs: Date.parse('2026-11-24T10:00:00Z') }],
  })
})

test('one that may read pods alone says which rights it lacks, and still tells of the pod', async () => {
  const { unread, ...context } = await describedBy('poor')
  expect(context).toMatchObject({ pod: { serviceAccount: 'robot' }, dangers: [{ what: 'privileged' }, {}], owners: [] })
  const lacking = ['get resource "nodes"', 'get resource "replicasets"', 'get resource "serviceaccounts"', 'list resource "pods"']
  lacking.push(...['services', 'ingresses', 'events', 'rolebindings', 'clusterrolebindings'].map((one) => `list resource "${one}"`))
  for (const right of lacking) expect(unread.filter((one) => one.includes(`cannot ${right}`))).not.toEqual([])
  for (const one of unread) expect(one).toContain('forbidden')
})

test('the owner chain ends with the Deployment, by uid', async () => {
  const owners = await ownerChain(pod, admin)
  expect(owners.map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Deployment'])
  expect(owners.at(-1)).toMatchObject({ metadata: { name: 'web' }, spec: { replicas: 3 }, status: { replicas: 3 } })
})

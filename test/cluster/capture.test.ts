import { gunzipSync } from 'node:zlib'
import { KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import { CAPTURE_RBAC, capture } from '../../lib/response/actions/capture.ts'
import { Evidence } from '../../lib/response/capture/document.ts'
import { eventually } from '../support/eventually.ts'
import { memoryEvidence } from '../support/memory-evidence.ts'
import { startKubeletServer } from './audit/kubelet-server.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

// Evidence of a Deployment's pod on a real API server, read as a user who has the action's own rights and no others.
const NAMESPACE = 'default'
let plane: ControlPlane
let kubelet: { stop: () => Promise<void> }
let reader: Cluster
let pod: KubernetesObject

beforeAll(async () => {
  plane = await startControlPlane({ users: ['capturer'] })
  kubelet = await startKubelet(plane.kubeconfig)
  const admin = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  await allow('capturer')
  reader = kubernetesCluster(kubeConfig({ file: plane.userKubeconfig('capturer') }))
  const labels = { app: 'web' }
  const containers = [{ name: 'app', image: 'nginx:1.29', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }]
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } }
  await admin.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: NAMESPACE }, spec })
  const policy = { podSelector: {}, policyTypes: ['Ingress'] }
  await admin.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: NAMESPACE },
    spec: policy,
  })
  pod = await eventually(async () => {
    const [found] = await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, labelSelector: 'app=web' })
    return JSON.stringify(found?.status ?? {}).includes('"running"') && found ? found : expect.fail('the pod does not run')
  }, 60_000)
  await admin.create({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: NAMESPACE },
    involvedObject: { kind: 'Pod', namespace: NAMESPACE, name: pod.metadata.name, uid: pod.metadata.uid },
    reason: 'BackOff',
    type: 'Warning',
    message: 'it fell over',
  } as KubernetesObject)
})
afterAll(async () => {
  await kubelet?.stop()
  await plane?.stop()
})

async function captured(): Promise<Evidence> {
  const evidence = memoryEvidence()
  const { namespace = '', name, uid = '' } = pod.metadata
  const context = { cluster: reader, evidence, clock: Date.now, actionId: 'ab', incident: 'cd' }
  const outcome = await capture.run({ pod: { namespace, name, uid }, logLines: 100 }, context)
  expect(outcome).toMatchObject({ state: 'done', why: expect.stringContaining('sha256 ') })
  return Evidence.parse(JSON.parse(gunzipSync(evidence.kept.get('incident/cd/ab.json.gz') ?? new Uint8Array()).toString()))
}

test('all but the logs is there when there is no kubelet, which is said, and holds nothing up', async () => {
  const found = await captured()
  expect(found).toMatchObject({
    pod: { metadata: { uid: pod.metadata.uid }, spec: { nodeName: 'node-1' } },
    owners: [{ kind: 'ReplicaSet' }, { kind: 'Deployment', metadata: { name: 'web' } }],
    events: [{ reason: 'BackOff', message: 'it fell over' }],
    networkPolicies: [{ metadata: { name: 'deny' } }],
    node: { metadata: { name: 'node-1' } },
    logs: [],
  })
  expect(found.unread.map(({ what }) => what)).toEqual(['log of app'])
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test('logs are there when a kubelet answers', async () => {
  const server = await startKubeletServer(plane.kubeconfig)
  try {
    const found = await captured()
    expect(found.unread).toEqual([])
    expect(found.logs).toEqual([{ container: 'app', kind: 'container', previous: false, text: 'ready\n' }])
  } finally {
    await server.stop()
  }
})

async function allow(user: string): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(plane.kubeconfig)
  const rbac = config.makeApiClient(RbacAuthorizationV1Api)
  const rules = CAPTURE_RBAC.map(({ apiGroups, resources, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
  }))
  await rbac.createClusterRole({ body: { metadata: { name: user }, rules } })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user }
  await rbac.createClusterRoleBinding({
    body: { metadata: { name: user }, roleRef, subjects: [{ kind: 'User', name: user, apiGroup: roleRef.apiGroup }] },
  })
}

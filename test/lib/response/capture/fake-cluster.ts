import type { Cluster, KubernetesObject, LogQuery } from '../../../../lib/port/cluster.ts'

export const UID = '11111111-2222-4333-8444-555555555555'
export const SUBJECT = { namespace: 'shop', name: 'web-1', uid: UID }
export const POD: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: UID,
    resourceVersion: '7',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"hunter2"}' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true }],
  },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'web',
    containers: [{ name: 'app', image: 'shop/web:1', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }],
    initContainers: [{ name: 'setup', image: 'shop/setup:1' }],
    ephemeralContainers: [{ name: 'debug', image: 'busybox' }],
  },
  status: {
    containerStatuses: [{ name: 'app', restartCount: 2 }],
    initContainerStatuses: [{ name: 'setup', restartCount: 0 }],
    ephemeralContainerStatuses: [{ name: 'debug', restartCount: 0 }],
  },
}
const of = (kind: string, apiVersion: string, name: string, uid: string, more: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, uid, namespace: 'shop' },
  ...more,
})
const OWNER = { ...of('ReplicaSet', 'apps/v1', 'web', 'rs', { spec: { replicas: 2 }, data: { key: 'hidden' } }) }
const OBJECTS: readonly KubernetesObject[] = [
  POD,
  {
    ...OWNER,
    metadata: {
      ...OWNER.metadata,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }],
    },
  },
  of('Deployment', 'apps/v1', 'web', 'd', { spec: { replicas: 2 } }),
  of('Node', 'v1', 'node-1', 'n', {
    spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kernelVersion: '6.1' }, images: [{ names: ['big'] }] },
  }),
]
const EVENT = of('Event', 'v1', 'web-1.1', 'e', { type: 'Warning', reason: 'BackOff', message: 'password=hunter2', count: 3 })
const POLICY = of('NetworkPolicy', 'networking.k8s.io/v1', 'deny', 'p', { spec: { podSelector: {} } })

export const refuse = async (): Promise<never> => {
  throw new Error('not expected here')
}

/** A cluster with one pod and what surrounds it; reads only. */
export function fakeCluster(instead: Partial<Cluster> = {}): Cluster {
  return {
    get: async ({ kind, name }) => OBJECTS.find((one) => one.kind === kind && one.metadata.name === name),
    list: async ({ kind, fieldSelector }) => (kind === 'NetworkPolicy' ? [POLICY] : fieldSelector?.endsWith(UID) ? [EVENT] : []),
    logs: async ({ container, previous }: LogQuery) => `${container}${previous ? ' before' : ''}: token=abc\n`,
    serves: async () => true,
    create: refuse,
    patch: refuse,
    remove: refuse,
    evict: refuse,
    ...instead,
  }
}

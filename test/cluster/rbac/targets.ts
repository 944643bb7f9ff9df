import { randomBytes } from 'node:crypto'
import {
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject, OwnerReference } from '../../../lib/port/cluster.ts'

export const NAMESPACE = 'shop'
export const OWNER_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'CronJob', 'ReplicationController'] as const
/** What a pod is of; a CronJob's has a Job between them, a Deployment's a ReplicaSet. */
export type OwnerKind = (typeof OWNER_KINDS)[number]

/** `owners`: the kinds above it, to be found by the pod's name. */
export type TargetPod = {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly container: string
  readonly node: string
  readonly owners: readonly Pick<KubernetesObject, 'apiVersion' | 'kind'>[]
}

/** The cluster's administrator. `make`: creates it and gives it as it was made. */
export type Admin = {
  readonly cluster: Cluster
  readonly make: (object: object) => Promise<KubernetesObject>
  readonly discover: (group: string, version: string) => Promise<readonly { readonly name: string; readonly namespaced: boolean }[]>
  readonly setActive: (namespace: string, cronJob: string, job: KubernetesObject) => Promise<void>
  readonly setStatus: (namespace: string, pod: string, status: object) => Promise<void>
}

export function adminOf(file: string): Admin {
  const config = new KubeConfig()
  config.loadFromFile(file)
  const objects = KubernetesObjectApi.makeApiClient(config)
  const core = config.makeApiClient(CoreV1Api)
  return {
    cluster: kubernetesCluster(kubeConfig({ file })),
    make: async (object) => (await objects.create(object)) as KubernetesObject,
    discover: async (group, version) => {
      const api = config.makeApiClient(CustomObjectsApi)
      return (group === '' ? await core.getAPIResources() : await api.getAPIResources({ group, version })).resources
    },
    setActive: async (namespace, name, { apiVersion, kind, metadata: { name: job, uid } }) => {
      const body = { status: { active: [{ apiVersion, kind, namespace, name: job, uid }] } }
      const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
      await config.makeApiClient(BatchV1Api).patchNamespacedCronJobStatus({ name, namespace, body }, merge)
    },
    setStatus: async (namespace, name, status) => {
      await core.patchNamespacedPodStatus({ name, namespace, body: { status } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch))
    },
  }
}

const CONTAINERS = { containers: [{ name: 'c', image: 'nginx:1.29' }] }

/** Makes owners, and a pod that runs under them, as controllers, scheduler and kubelet would (none of them is there). */
export async function makeTarget(
  { make, setActive, setStatus }: Admin,
  name: string,
  { of, node, namespace = NAMESPACE }: { readonly of: OwnerKind; readonly node: string; readonly namespace?: string },
): Promise<TargetPod> {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: CONTAINERS }
  const selector = { matchLabels: labels }
  const owners: KubernetesObject[] = []
  const under = async (apiVersion: string, kind: string, spec: object): Promise<KubernetesObject> => {
    const owner = owners.at(-1)
    const ownerReferences = owner ? [referenceTo(owner)] : []
    const ofJob = owner?.kind === 'Job' ? { 'batch.kubernetes.io/controller-uid': owner.metadata.uid ?? '' } : {}
    const made = await make({ apiVersion, kind, metadata: { name, namespace, labels: { ...labels, ...ofJob }, ownerReferences }, spec })
    if (owner?.kind === 'CronJob') await setActive(namespace, name, made)
    return { ...made, apiVersion, kind }
  }
  const job = { template: { ...template, spec: { ...CONTAINERS, restartPolicy: 'Never' } } }
  const apps = (kind: string) => ['apps/v1', kind, { replicas: 1, selector, template }] as const
  const chains: Readonly<Record<OwnerKind, readonly (readonly [string, string, object])[]>> = {
    Deployment: [apps('Deployment'), apps('ReplicaSet')],
    ReplicaSet: [apps('ReplicaSet')],
    StatefulSet: [['apps/v1', 'StatefulSet', { replicas: 1, selector, template, serviceName: 'none' }]],
    DaemonSet: [['apps/v1', 'DaemonSet', { selector, template }]],
    CronJob: [
      ['batch/v1', 'CronJob', { schedule: '0 0 1 1 *', jobTemplate: { spec: job } }],
      ['batch/v1', 'Job', job],
    ],
    ReplicationController: [['v1', 'ReplicationController', { replicas: 1, selector: labels, template }]],
  }
  for (const [apiVersion, kind, spec] of chains[of]) owners.push(await under(apiVersion, kind, spec))
  const { metadata } = await under('v1', 'Pod', { ...CONTAINERS, nodeName: node, serviceAccountName: 'robot' })
  const container = randomBytes(32).toString('hex')
  await setStatus(namespace, name, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      { name: 'c', image: 'nginx:1.29', imageID: '', ready: true, restartCount: 0, containerID: `containerd://${container}` },
    ],
  })
  return { namespace, name, uid: metadata.uid ?? '', container, node, owners }
}

function referenceTo({ apiVersion, kind, metadata: { name, uid = '' } }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true }
}

/** Custom resources for which the API server takes anything, as if these network plugins were installed. */
export const CRDS = [crd('cilium.io', 'v2', 'CiliumNetworkPolicy'), crd('crd.projectcalico.org', 'v1', 'NetworkPolicy')]

function crd(group: string, version: string, kind: string): object {
  const singular = kind.toLowerCase()
  const plural = singular.replace(/y$/, 'ies')
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = [{ name: version, served: true, storage: true, schema }]
  const spec = { group, scope: 'Namespaced', names: { kind, plural, singular }, versions }
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` }, spec }
}

const POLICIES = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', prefix: '' },
  { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', prefix: '' },
  { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy', prefix: 'default.' },
]

/** All that an action may change of the pod and what surrounds it, to be compared. */
export async function stateOf({ cluster }: Admin, { namespace, name, node, owners }: TargetPod, actionId: string): Promise<object> {
  const get = (apiVersion: string, kind: string, of: string) => cluster.get({ apiVersion, kind, namespace, name: of })
  const [pod, itsNode] = await Promise.all([get('v1', 'Pod', name), cluster.get({ apiVersion: 'v1', kind: 'Node', name: node })])
  const above = await Promise.all(owners.map(({ apiVersion, kind }) => get(apiVersion, kind, name)))
  const short = `creance-${actionId.slice(0, 16)}`
  const policies = await Promise.all(POLICIES.map(({ apiVersion, kind, prefix }) => get(apiVersion, kind, `${prefix}${short}`)))
  const { labels, annotations = {}, deletionTimestamp } = pod?.metadata ?? {}
  return {
    pod: { labels, annotations, isGoing: !pod || deletionTimestamp !== undefined },
    node: { isCordoned: JSON.stringify(itsNode?.spec).includes('"unschedulable":true'), annotations: itsNode?.metadata.annotations ?? {} },
    owners: above.map((owner) => owner?.spec),
    policies: policies.flatMap((policy) => (policy ? [policy.metadata.name] : [])),
  }
}

import * as z from 'zod'
import { messageOf } from '../error.ts'
import type { ClusterReader, KubernetesObject, OwnerReference } from '../port/cluster.ts'
import type { Subject } from './incident.ts'

/** What the cluster knew of an incident's pod when it was asked (`atMs`). `owners` from the pod upwards. `absent`: why there is no such pod.
 *  `unread` names what could not be read, and why. */
export const Context = z.object({
  atMs: z.number().int(),
  absent: z.string().optional(),
  pod: z
    .object({
      uid: z.string(),
      created: z.string(),
      phase: z.string(),
      ip: z.string(),
      serviceAccount: z.string(),
      images: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
    })
    .optional(),
  owners: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })),
  node: z.object({ name: z.string(), kubelet: z.string(), os: z.string() }).optional(),
  neighbours: z.array(z.string()),
  neighbourCount: z.number().int(),
  unread: z.array(z.string()),
})
export type Context = z.infer<typeof Context>

export const contextSortKey = 'context'

const PodView = z.object({
  spec: z.object({
    nodeName: z.string().default(''),
    serviceAccountName: z.string().default('default'),
    containers: z.array(z.object({ image: z.string().default('') })).default([]),
  }),
  status: z.object({ phase: z.string().default('Unknown'), podIP: z.string().default('') }).prefault({}),
})
const NodeView = z.object({ status: z.object({ nodeInfo: z.object({ kubeletVersion: z.string(), osImage: z.string() }) }) })

const MAX_OWNERS = 5
const MAX_NEIGHBOURS = 10

/** Reads the pod, its owners by uid, its node and what else runs there. Never throws: what cannot be read is said in `unread`. */
export async function describePod(subject: Subject, cluster: ClusterReader, nowMs: number): Promise<Context> {
  try {
    return await readPod(subject, cluster, nowMs)
  } catch (error) {
    return { atMs: nowMs, owners: [], neighbours: [], neighbourCount: 0, unread: [messageOf(error)] }
  }
}

async function readPod(subject: Subject, cluster: ClusterReader, nowMs: number): Promise<Context> {
  const unread: string[] = []
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => void unread.push(`${what}: ${messageOf(error)}`))
  const base = { atMs: nowMs, owners: [], neighbours: [], neighbourCount: 0, unread }
  const { namespace, pod: name } = subject
  if (!namespace || !name) return base

  const pod = await attempt(`pod ${namespace}/${name}`, () => cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }))
  if (!pod) return unread.length > 0 ? base : { ...base, absent: `pod ${namespace}/${name} is gone` }
  const { spec, status } = PodView.parse({ spec: pod.spec ?? {}, status: pod.status ?? {} })
  const [owners, node, others] = await Promise.all([
    attempt('owners', () => ownersOf(pod, cluster)),
    attempt(`node ${spec.nodeName}`, async () =>
      spec.nodeName ? cluster.get({ apiVersion: 'v1', kind: 'Node', name: spec.nodeName }) : undefined,
    ),
    attempt('pods on the node', async () =>
      spec.nodeName ? cluster.list({ apiVersion: 'v1', kind: 'Pod', fieldSelector: `spec.nodeName=${spec.nodeName}`, limit: 250 }) : [],
    ),
  ])
  const neighbours = (others ?? [])
    .filter(({ metadata }) => metadata.uid !== pod.metadata.uid)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  const info = NodeView.safeParse(node).data?.status.nodeInfo
  return {
    ...base,
    pod: {
      uid: pod.metadata.uid ?? '',
      created: pod.metadata.creationTimestamp ?? '',
      phase: status.phase,
      ip: status.podIP,
      serviceAccount: spec.serviceAccountName,
      images: spec.containers.map(({ image }) => image),
      labels: { ...pod.metadata.labels },
    },
    owners: owners ?? [],
    ...(spec.nodeName ? { node: { name: spec.nodeName, kubelet: info?.kubeletVersion ?? '', os: info?.osImage ?? '' } } : {}),
    neighbours: neighbours.sort().slice(0, MAX_NEIGHBOURS),
    neighbourCount: neighbours.length,
  }
}

/** The controllers above an object, each taken only when it still has the uid that its child names. */
async function ownersOf(object: KubernetesObject, cluster: ClusterReader): Promise<Context['owners']> {
  const owners: Context['owners'] = []
  let child: KubernetesObject | undefined = object
  while (child && owners.length < MAX_OWNERS) {
    const reference: OwnerReference | undefined =
      child.metadata.ownerReferences?.find(({ controller }) => controller) ?? child.metadata.ownerReferences?.[0]
    if (!reference) break
    owners.push({ kind: reference.kind, name: reference.name, uid: reference.uid })
    child = await ownerOf(object, reference, cluster)
  }
  return owners
}

async function ownerOf({ metadata }: KubernetesObject, { apiVersion, kind, name, uid }: OwnerReference, cluster: ClusterReader) {
  const { namespace } = metadata
  const owner = await cluster.get({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) })
  return owner?.metadata.uid === uid ? owner : undefined
}

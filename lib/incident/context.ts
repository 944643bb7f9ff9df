import * as z from 'zod'
import { messageOf } from '../error.ts'
import type { ClusterReader, KubernetesObject, OwnerReference } from '../port/cluster.ts'

/** What the cluster knew of an incident's pod (`of`: `namespace/name`) when it was asked (`atMs`). `owners` from the pod upwards. `absent`: why there is no such pod.
 *  `neighbours`: what else runs on its
 *  node, where that was looked at. `unread` names what could not be read, and why. */
export const Context = z.object({
  atMs: z.number().int(),
  of: z.string().optional(),
  absent: z.string().optional(),
  pod: z
    .object({ uid: z.string(), serviceAccount: z.string(), images: z.array(z.string()), labels: z.record(z.string(), z.string()) })
    .optional(),
  owners: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })),
  node: z.object({ name: z.string(), kubelet: z.string(), os: z.string() }).optional(),
  neighbours: z.object({ names: z.array(z.string()), count: z.number().int() }).optional(),
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
})
const NodeView = z.object({ status: z.object({ nodeInfo: z.object({ kubeletVersion: z.string(), osImage: z.string() }) }) })

const MAX_OWNERS = 5
const MAX_NEIGHBOURS = 10

/** Reads the pod, its owners by uid, its node and what else runs there. Never throws: what cannot be read is said in `unread`. */
export async function describePod(pod: PodName | undefined, cluster: ClusterReader, nowMs: number): Promise<Context> {
  if (!pod) return { atMs: nowMs, owners: [], unread: [] }
  try {
    return await readPod(pod, cluster, nowMs)
  } catch (error) {
    return { atMs: nowMs, of: nameOf(pod), owners: [], unread: [messageOf(error)] }
  }
}

export type PodName = { readonly namespace: string; readonly pod: string }

export function nameOf({ namespace, pod }: PodName): string {
  return `${namespace}/${pod}`
}

async function readPod({ namespace, pod: name }: PodName, cluster: ClusterReader, nowMs: number): Promise<Context> {
  const unread: string[] = []
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => void unread.push(`${what}: ${messageOf(error)}`))
  const base = { atMs: nowMs, of: nameOf({ namespace, pod: name }), owners: [], unread }

  const pod = await attempt(`pod ${namespace}/${name}`, () => cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }))
  if (!pod) return unread.length > 0 ? base : { ...base, absent: `there is no pod ${namespace}/${name} now` }
  const { spec } = PodView.parse({ spec: pod.spec ?? {} })
  const { nodeName } = spec
  const [owners, node, others] = await Promise.all([
    attempt('owners', () => ownersOf(pod, cluster)),
    attempt(`node ${nodeName}`, async () => (nodeName ? cluster.get({ apiVersion: 'v1', kind: 'Node', name: nodeName }) : undefined)),
    attempt('pods on the node', async () => (nodeName ? podsOn(nodeName, cluster) : undefined)),
  ])
  const info = NodeView.safeParse(node).data?.status.nodeInfo
  const names = others
    ?.filter(({ metadata }) => metadata.uid !== pod.metadata.uid)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  return {
    ...base,
    pod: {
      uid: pod.metadata.uid ?? '',
      serviceAccount: spec.serviceAccountName,
      images: spec.containers.map(({ image }) => image),
      labels: { ...pod.metadata.labels },
    },
    owners: owners ?? [],
    ...(nodeName ? { node: { name: nodeName, kubelet: info?.kubeletVersion ?? '', os: info?.osImage ?? '' } } : {}),
    ...(names ? { neighbours: { names: names.sort().slice(0, MAX_NEIGHBOURS), count: names.length } } : {}),
  }
}

function podsOn(nodeName: string, cluster: ClusterReader): Promise<readonly KubernetesObject[]> {
  return cluster.list({ apiVersion: 'v1', kind: 'Pod', fieldSelector: `spec.nodeName=${nodeName}`, limit: 250 })
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

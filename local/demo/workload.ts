import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { CodedError } from '../../lib/error.ts'
import type { ClusterReader, ClusterWriter, KubernetesObject } from '../../lib/port/cluster.ts'
import { withoutScheme } from '../../lib/response/prove.ts'

/** The namespace that the demo makes, uses and removes. */
export const NAMESPACE = 'creance-demo'
const OURS = { 'app.kubernetes.io/part-of': 'creance-demo' } as const
const READY_WITHIN_MS = 120_000

const RunningPod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ nodeName: z.string().min(1) }),
  status: z.object({
    phase: z.literal('Running'),
    containerStatuses: z.array(z.object({ name: z.string(), image: z.string(), containerID: z.string().min(12) })).min(1),
  }),
})

/** A pod of the demo as it runs. `containerId` without its scheme. */
export type DemoPod = {
  readonly name: string
  readonly uid: string
  readonly node: string
  readonly containerId: string
  readonly container: string
  readonly image: string
}

type Cluster = ClusterReader & ClusterWriter

/** Makes the namespace and the two Deployments, and waits until their pods run. Throws `invalid_input` when a namespace of that name is
 *  somebody else's, `unavailable` when the pods do not come up. */
export async function deployWorkloads(cluster: Cluster): Promise<{ readonly nginx: DemoPod; readonly payments: DemoPod }> {
  const namespace = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE })
  if (namespace && !isOurs(namespace)) {
    throw new CodedError(
      'invalid_input',
      `namespace ${NAMESPACE} exists and is not the demo's (no label app.kubernetes.io/part-of=creance-demo)`,
    )
  }
  if (namespace) await removeWorkloads(cluster)
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: OURS } })
  for (const [name, image] of [
    ['nginx', 'nginx:1.29'],
    ['payments', 'nginx:1.29-alpine'],
  ] as const)
    await cluster.create(deployment(name, image))
  return { nginx: await runningPod(cluster, 'nginx'), payments: await runningPod(cluster, 'payments') }
}

/** Removes the namespace with all in it, if it is the demo's own, and waits until it is gone. */
export async function removeWorkloads(cluster: Cluster): Promise<void> {
  const name = { apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE } as const
  const until = Date.now() + READY_WITHIN_MS
  for (;;) {
    const namespace = await cluster.get(name)
    if (!namespace || !isOurs(namespace)) return
    if (namespace.metadata.deletionTimestamp === undefined) await cluster.remove({ ...name, uid: namespace.metadata.uid ?? '' })
    if (Date.now() > until) throw new CodedError('unavailable', `namespace ${NAMESPACE} is not gone after ${READY_WITHIN_MS / 1000} s`)
    await sleep(500)
  }
}

/** The pods of one of the Deployments that run and are not being deleted. */
export async function podsOf(cluster: ClusterReader, app: string): Promise<readonly DemoPod[]> {
  const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, labelSelector: `app=${app}` })
  return pods.flatMap((pod) => {
    const running = RunningPod.safeParse(pod).data
    const [status] = running?.status.containerStatuses ?? []
    if (!running || !status || running.metadata.deletionTimestamp !== undefined) return []
    return [
      {
        name: running.metadata.name,
        uid: running.metadata.uid,
        node: running.spec.nodeName,
        containerId: withoutScheme(status.containerID),
        container: status.name,
        image: status.image,
      },
    ]
  })
}

async function runningPod(cluster: ClusterReader, app: string): Promise<DemoPod> {
  const until = Date.now() + READY_WITHIN_MS
  while (Date.now() < until) {
    const [pod] = await podsOf(cluster, app)
    if (pod) return pod
    await sleep(200)
  }
  throw new CodedError(
    'unavailable',
    `no pod of Deployment ${app} runs after ${READY_WITHIN_MS / 1000} s; see: kubectl -n ${NAMESPACE} describe pods`,
  )
}

function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['app.kubernetes.io/part-of'] === OURS['app.kubernetes.io/part-of']
}

function deployment(name: string, image: string): KubernetesObject {
  const labels = { app: name }
  const container = { name, image, ports: [{ containerPort: 80 }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  }
}

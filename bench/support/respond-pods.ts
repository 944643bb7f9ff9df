import { randomBytes } from 'node:crypto'
import { inParallel } from '../../lib/parallel.ts'
import type { Api } from './respond-api.ts'

export const NAMESPACE = 'bench'
export const NODE = 'node-1'
const AT_ONCE = 12

/** A pod that runs, as far as the API server knows. `containerId`: 64 hex digits, without the runtime's scheme. */
export type BenchPod = { readonly name: string; readonly uid: string; readonly containerId: string }

const SAFE = 'bcdfghjklmnpqrstvwxz2456789' // what Kubernetes makes the ends of names of
const REPLICA_SET = '6c9f8d7b54'

/** Names as a Deployment's pods have them: of one Deployment, or of as many as there are pods. */
export function podNames(count: number, prefix: string, of: 'one' | 'each'): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const workload = of === 'one' ? prefix : `${prefix}-app${index}`
    const end = [0, 1, 2, 3, 4].map((place) => SAFE[Math.floor(index / SAFE.length ** place) % SAFE.length]).join('')
    return `${workload}-${REPLICA_SET}-${end}`
  })
}

/** The namespace and the node that the pods of a bench are in. */
export async function makePlace(api: Api): Promise<void> {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await api.call('POST', '/api/v1/nodes', { metadata: { name: NODE } })
}

/** Pods that run on the node, made without scheduler and kubelet: bound from the start, and their status written once. Nothing looks after
 *  them, so a pod that is deleted with a grace period stays, with its deletionTimestamp. */
export function runPods(api: Api, names: readonly string[]): Promise<readonly BenchPod[]> {
  return inParallel(names, AT_ONCE, async (name) => {
    const image = 'registry.example/shop/web:1.4'
    const pod = {
      metadata: { name, labels: { app: 'web' } },
      spec: { nodeName: NODE, terminationGracePeriodSeconds: 30, containers: [{ name: 'web', image }] },
    }
    const path = `/api/v1/namespaces/${NAMESPACE}/pods`
    const { metadata } = JSON.parse(await api.call('POST', path, pod)) as { metadata: { uid: string } }
    const containerId = randomBytes(32).toString('hex')
    await api.call('PATCH', `${path}/${name}/status`, { status: runningStatus(image, containerId) })
    return { name, uid: metadata.uid, containerId }
  })
}

/** Takes pods away at once, whatever became of them. */
export async function removePods(api: Api): Promise<void> {
  await api.call('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods`, { gracePeriodSeconds: 0 })
}

function runningStatus(image: string, containerId: string) {
  const startedAt = new Date().toISOString()
  const container = {
    name: 'web',
    image,
    imageID: '',
    ready: true,
    started: true,
    restartCount: 0,
    containerID: `containerd://${containerId}`,
    state: { running: { startedAt } },
  }
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' }))
  return { phase: 'Running', podIP: '10.1.0.1', startTime: startedAt, conditions, containerStatuses: [container] }
}

import { randomBytes } from 'node:crypto'
import { NODE, POD } from '../kind/kinds.ts'
import { type Container, NodeSpec, Observed, PodSpec } from '../kind/spec.ts'
import { type ApiObject, timestamp } from '../object.ts'
import type { Objects } from '../objects.ts'

const ADDRESSES = 254

/** Scheduler and kubelet in one: a pending pod gets a node that takes pods, each node in its turn, and runs there at once and for good.
 *  Without such a node it stays pending. `clock` gives Unix milliseconds. */
export function createKubelet(objects: Objects, clock: () => number): (pod: ApiObject) => void {
  let placed = 0
  let addresses = 0

  const place = (pod: ApiObject): string | undefined => {
    const { nodeName } = PodSpec.parse(pod.spec)
    if (nodeName) return objects.get({ kind: NODE, namespace: '', name: nodeName }) && nodeName
    const nodes = objects.list(NODE).filter(({ spec }) => !NodeSpec.parse(spec ?? {}).unschedulable)
    return nodes.length > 0 ? nodes[placed++ % nodes.length]?.metadata.name : undefined
  }

  return (pod) => {
    if (pod.metadata.deletionTimestamp !== undefined || Observed.parse(pod.status ?? {}).phase !== 'Pending') return
    const nodeName = place(pod)
    if (nodeName === undefined) return
    const address = addresses++
    const podIP = `10.244.${Math.floor(address / ADDRESSES) % 256}.${(address % ADDRESSES) + 1}`
    objects.replace(POD, { ...pod, spec: { ...pod.spec, nodeName }, status: running(PodSpec.parse(pod.spec), podIP, timestamp(clock())) })
  }
}

function running({ containers, initContainers = [] }: PodSpec, podIP: string, now: string) {
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']
  return {
    phase: 'Running',
    conditions: conditions.map((type) => ({ type, status: 'True', lastTransitionTime: now })),
    hostIP: '127.0.0.1',
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: now,
    ...(initContainers.length > 0 ? { initContainerStatuses: initContainers.map((container) => finished(container, now)) } : {}),
    containerStatuses: containers.map((container) => ({ ...observed(container), started: true, state: { running: { startedAt: now } } })),
  }
}

function finished(container: Container, now: string) {
  return {
    ...observed(container),
    started: false,
    state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
  }
}

function observed({ name, image }: Container) {
  const id = () => randomBytes(32).toString('hex')
  return { name, image, imageID: `sha256:${id()}`, containerID: `containerd://${id()}`, ready: true, restartCount: 0 }
}

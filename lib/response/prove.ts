import * as z from 'zod'
import { milliseconds } from '../detection/time.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import type { ProvenPod } from './action.ts'
import type { Target } from './request.ts'

/** The part of a pod that proves where and as what it runs. `containerID` has a scheme, such as `containerd://`. */
const ContainerStatus = z.object({
  containerID: z.string().optional(),
  state: z.object({ running: z.unknown().optional() }).optional(),
  lastState: z.object({ terminated: z.object({ containerID: z.string().optional() }).optional() }).optional(),
})
const PodFacts = z.object({
  metadata: z.object({ creationTimestamp: z.coerce.string(), uid: z.string().min(1), resourceVersion: z.string().min(1) }),
  spec: z.object({ nodeName: z.string().optional() }).default({}),
  status: z
    .object({
      containerStatuses: z.array(ContainerStatus).default([]),
      initContainerStatuses: z.array(ContainerStatus).default([]),
      ephemeralContainerStatuses: z.array(ContainerStatus).default([]),
    })
    .prefault({}),
})

export type Proof =
  | { readonly kind: 'proven'; readonly pod: ProvenPod }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unproven'; readonly why: string }

/** Falco's clock and the API server's may differ by this much, and the creation time has whole seconds. */
const CLOCK_TOLERANCE_MS = 2000

/** Whether the pod that now has the target's name is the one the evidence speaks of. With a uid, the uid decides between `absent` (re-made)
 *  and the rest; and always: one of the pod's containers must be the evidence's, it must run on the evidence's node, and it must have been
 *  there before the evidence. What the evidence does not say proves nothing: without a container id the pod is unproven. */
export function provePod(object: KubernetesObject | undefined, target: Target): Proof {
  const name = `${target.namespace}/${target.pod}`
  if (!object) return { kind: 'absent', why: `there is no pod ${name} now` }
  const facts = PodFacts.safeParse(object)
  if (!facts.success) return { kind: 'unproven', why: `pod ${name} is not described as a pod is` }
  const { metadata, spec, status } = facts.data
  if (target.uid !== undefined && metadata.uid !== target.uid) {
    return { kind: 'absent', why: `pod ${name} was re-made: it has another uid` }
  }
  const seenMs = milliseconds(target.seenNs)
  if (Date.parse(metadata.creationTimestamp) > seenMs + CLOCK_TOLERANCE_MS) {
    return { kind: 'absent', why: `pod ${name} was re-made: it is younger than the evidence` }
  }
  const statuses = [...status.containerStatuses, ...status.initContainerStatuses, ...status.ephemeralContainerStatuses]
  // One that is being deleted may take as long as it says itself; as long as it runs it is dealt with like any other.
  const isRunning = statuses.some(({ state }) => state?.running !== undefined)
  if (object.metadata.deletionTimestamp !== undefined && !isRunning) return { kind: 'absent', why: `pod ${name} is being deleted` }
  const { containerId, node } = target
  if (containerId === undefined || containerId.length < 12) return { kind: 'unproven', why: 'the evidence names no container' }
  const ids = statuses.flatMap(({ containerID, lastState }) => [containerID, lastState?.terminated?.containerID]).map(withoutScheme)
  if (!ids.some((id) => id.startsWith(containerId)))
    return { kind: 'unproven', why: `pod ${name} has no container ${containerId.slice(0, 12)}` }
  if (node !== undefined && spec.nodeName !== node) {
    return { kind: 'unproven', why: `pod ${name} runs on ${spec.nodeName ?? 'no node'}, the evidence is from ${node}` }
  }
  const { uid, resourceVersion } = metadata
  const pod = { namespace: target.namespace, name: target.pod, uid, resourceVersion, labels: object.metadata.labels ?? {}, object }
  return { kind: 'proven', pod }
}

/** A container id as agents write it: without the runtime's scheme (`containerd://`). */
export function withoutScheme(id: string | undefined): string {
  return (id ?? '').replace(/^[a-z0-9-]+:\/\//, '')
}

import type { ProvenPod, Refused } from '../action.ts'

const BARE = {
  kind: 'refusal',
  outcome: { state: 'refused', guard: 'bare_pod', why: 'no controller would make the pod again; bare_pods: delete allows it' },
} as const

/** What comes of a pod that is taken away: a pod without a controller is refused unless that was allowed; what else is worth saying is said. */
export function makesAgain(
  { object }: ProvenPod,
  barePods: 'refuse' | 'delete',
): Refused | { readonly kind: 'fine'; readonly said?: string } {
  const controller = object.metadata.ownerReferences?.find((one) => one.controller)
  if (!controller) return barePods === 'refuse' ? BARE : { kind: 'fine', said: 'it has no controller: nothing makes it again' }
  return controller.kind === 'DaemonSet' ? { kind: 'fine', said: 'its DaemonSet makes another on the same node' } : { kind: 'fine' }
}

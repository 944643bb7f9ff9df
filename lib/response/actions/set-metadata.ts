import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { Action, ActionContext, ProvenPod } from '../action.ts'
import type { Outcome } from '../outcome.ts'
import { missing, patchObject } from './patch-object.ts'
import { POD_GONE, PodData, podData, podIdentity } from './pod-data.ts'

type Of = 'labels' | 'annotations'

/** What was put on the pod, and what stood there before (null: nothing). */
export const MetadataChange = z.object({
  pod: PodData,
  set: z.record(z.string(), z.string()),
  before: z.record(z.string(), z.string().nullable()),
})
export type MetadataChange = z.infer<typeof MetadataChange>

/** The half that `label` and `annotate` share: puts texts on the pod. Undo: the values they had before, where they still are what was put there. */
export function setMetadata(of: Of) {
  const current = ({ metadata }: KubernetesObject): Readonly<Record<string, string>> => metadata[of] ?? {}
  return {
    rbac: () => [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] }],
    data: MetadataChange,
    prepare: (pod: ProvenPod, set: Readonly<Record<string, string>>) => {
      const before = Object.fromEntries(Object.keys(set).map((key) => [key, current(pod.object)[key] ?? null]))
      return { kind: 'ready' as const, data: { pod: podData(pod), set, before } }
    },
    run: async ({ pod, set }: MetadataChange, { cluster, proven }: ActionContext): Promise<Outcome> => {
      const result = await patchObject(cluster, podIdentity(pod), (now) => changeOf(missing(set, current(now))), proven)
      return result === 'absent' ? POD_GONE : { state: 'done' }
    },
    undo: async ({ pod, set, before }: MetadataChange, { cluster }: ActionContext): Promise<Outcome> => {
      const result = await patchObject(cluster, podIdentity(pod), (now) => {
        const ours = Object.entries(before).filter(([key]) => current(now)[key] === set[key])
        return changeOf(missing(Object.fromEntries(ours), current(now)))
      })
      return result === 'absent' ? POD_GONE : { state: 'undone' }
    },
  } satisfies Pick<Action<never, MetadataChange>, 'rbac' | 'data' | 'run' | 'undo'> & { prepare: unknown }

  function changeOf(wanted: Readonly<Record<string, string | null>> | undefined) {
    return wanted && { [of]: wanted }
  }
}

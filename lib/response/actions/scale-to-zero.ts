import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { Action } from '../action.ts'
import { patchObject } from './patch-object.ts'
import { provenOwners } from './proven-owners.ts'
import { generationOf, identityOf, isOfGeneration, WorkloadIdentity } from './workload.ts'

const Parameters = z.strictObject({})
/** `generation`: how often its spec had been changed before; ours is the next change. */
const Data = z.object({ workload: WorkloadIdentity, replicas: z.number().int().positive(), generation: z.number().optional() })
const SCALABLE: Readonly<Record<string, string>> = { Deployment: 'deployments', StatefulSet: 'statefulsets', ReplicaSet: 'replicasets' }
const Spec = z.object({ replicas: z.number().int().default(1) }).catch({ replicas: 1 })

/** Scales the workload at the top of the pod's owners to none: a Deployment, StatefulSet or ReplicaSet that nothing else owns, through its scale subresource.
 *  Its owners must be proven, not only named by the pod. Undo: as many as there were, if the scaling is the one change of it since it was prepared; else it
 *  is left, and how many there were is said. What remains: of two incidents that prepare it within moments, before either scales, the first release scales
 *  it up for both: the scale subresource takes no mark, and a right to write annotations would be one to change the pods too. */
export const scaleToZero: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'scale_to_zero',
  title: 'Scale to zero',
  description: 'Stops every pod of the Deployment, StatefulSet or ReplicaSet that this pod is of; evidence of this one is taken first.',
  parameters: Parameters,
  data: Data,
  rbac: () => [
    { apiGroups: ['apps'], resources: Object.values(SCALABLE), verbs: ['get'] },
    { apiGroups: ['apps'], resources: Object.values(SCALABLE).map((name) => `${name}/scale`), verbs: ['patch'] },
  ],
  example: 'scale_to_zero: {}',
  destructive: true,
  losesPod: true,
  takesAway: 'workload',
  goneAfterBegin: 'run',
  outlivesPod: true,
  prepare: async (pod, _parameters, { cluster }) => {
    const { owners, unproven, above } = await provenOwners(pod.object, cluster)
    if (unproven) return refused(unproven, 'unproven_owner')
    const top = owners.at(-1)
    if (!top) return refused(above ? `${above}, which has the pod, cannot be scaled` : 'the pod has no controller that could be scaled')
    if (top.metadata.ownerReferences?.length) return refused(`what owns ${top.kind} ${top.metadata.name} would scale it back`)
    if (!isScalable(top)) return refused(`a ${top.kind} cannot be scaled`)
    const replicas = replicasOf(top)
    if (replicas === 0) return { kind: 'refusal', outcome: { state: 'skipped', why: `${top.kind} ${top.metadata.name} has no replicas` } }
    return { kind: 'ready', data: { workload: identityOf(top), replicas, generation: generationOf(top) } }
  },
  run: async ({ workload, replicas }, { cluster }) => {
    const what = `${workload.kind} ${workload.name}`
    const result = await patchObject(cluster, workload, (now) =>
      replicasOf(now) === 0 ? undefined : { subresource: 'scale', spec: { replicas: 0 } },
    )
    return result === 'absent' ? { state: 'skipped', why: `${what} is gone` } : { state: 'done', why: `${what}, from ${replicas} to 0` }
  },
  undo: async ({ workload, replicas, generation }, { cluster }) => {
    const what = `${workload.kind} ${workload.name}`
    let found = 0
    const result = await patchObject(cluster, workload, (now) => {
      found = replicasOf(now)
      const isOurs = found === 0 && isOfGeneration(now, generation === undefined ? undefined : generation + 1)
      return isOurs ? { subresource: 'scale', spec: { replicas } } : undefined
    })
    if (result === 'absent') return { state: 'skipped', why: `${what} is gone` }
    if (result === 'patched') return { state: 'undone', why: `${what}, back to ${replicas}` }
    const left = `${what} was changed by somebody else too, and is left at 0 (it had ${replicas})`
    return { state: 'undone', why: found === 0 ? left : `${what} had been scaled to ${found} already` }
  },
}

function isScalable({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'apps/v1' && Object.hasOwn(SCALABLE, kind)
}

function replicasOf({ spec }: KubernetesObject): number {
  return Spec.parse(spec ?? {}).replicas
}

function refused(why: string, guard = 'not_scalable') {
  return { kind: 'refusal', outcome: { state: 'refused', guard, why } } as const
}

import * as z from 'zod'
import { ownerChain } from '../../context/owners.ts'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { Action } from '../action.ts'
import { patchObject } from './patch-object.ts'
import { identityOf, WorkloadIdentity } from './workload.ts'

const Parameters = z.strictObject({})
/** Those that are to be suspended; what was suspended before is not among them. The CronJob first: it makes no more Jobs then. */
const Data = z.object({ workloads: z.array(WorkloadIdentity).min(1) })
const Spec = z.object({ suspend: z.boolean().default(false) }).catch({ suspend: false })

/** Suspends the pod's Job, which ends its pods, and the CronJob above it. Undo: both go on; the Job starts anew. */
export const suspend: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'suspend',
  title: 'Suspend',
  description: 'Suspends the Job of this pod, which ends its pods, and its CronJob; evidence of this pod is taken first.',
  parameters: Parameters,
  data: Data,
  rbac: () => [{ apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get', 'patch'] }],
  example: 'suspend: {}',
  destructive: true,
  losesPod: true,
  takesAway: 'workload',
  goneAfterBegin: 'run',
  outlivesPod: true,
  prepare: async (pod, _parameters, { cluster }) => {
    const chain = (await ownerChain(pod.object, cluster)).filter(
      ({ apiVersion, kind }) => apiVersion === 'batch/v1' && kind.endsWith('Job'),
    )
    if (chain.length === 0) return refusal({ state: 'refused', guard: 'not_suspendable', why: 'the pod is of no Job' })
    const going = chain.filter((one) => !isSuspended(one)).map(identityOf)
    if (going.length === 0) return refusal({ state: 'skipped', why: 'its Job is suspended already' })
    return { kind: 'ready', data: { workloads: going.toReversed() } }
  },
  run: async ({ workloads }, { cluster }) => {
    const done: string[] = []
    for (const workload of workloads) {
      const result = await patchObject(cluster, workload, (now) => (isSuspended(now) ? undefined : { spec: { suspend: true } }))
      if (result !== 'absent') done.push(`${workload.kind} ${workload.name}`)
    }
    return done.length > 0 ? { state: 'done', why: done.join(', ') } : { state: 'skipped', why: 'its Job is gone' }
  },
  undo: async ({ workloads }, { cluster }) => {
    const said = await Promise.all(
      workloads.map(async (workload) => {
        const result = await patchObject(cluster, workload, (now) => (isSuspended(now) ? { spec: { suspend: false } } : undefined))
        return `${workload.kind} ${workload.name}${result === 'absent' ? ' is gone' : result === 'unchanged' ? ' went on already' : ''}`
      }),
    )
    return { state: 'undone', why: said.join(', ') }
  },
}

function isSuspended({ spec }: KubernetesObject): boolean {
  return Spec.parse(spec ?? {}).suspend
}

function refusal<const T>(outcome: T) {
  return { kind: 'refusal', outcome } as const
}

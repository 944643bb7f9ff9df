import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { Action } from '../action.ts'
import { type Change, patchObject } from './patch-object.ts'
import { provenOwners } from './proven-owners.ts'
import { generationOf, identityOf, isOfGeneration, WorkloadIdentity } from './workload.ts'

const Parameters = z.strictObject({})
const PREFIX = 'creance.dev/suspended-'
/** Those that are to be suspended; what somebody else suspended before is not among them. The CronJob first: it makes no more Jobs then. `mark`: the
 *  annotation of this suspension; `left`: why what is above is left alone. */
const Data = z.object({ workloads: z.array(WorkloadIdentity).min(1), mark: z.string(), left: z.string().optional() })
const Spec = z.object({ suspend: z.boolean().default(false) }).catch({ suspend: false })

/** Suspends the pod's Job, which ends its pods, and the CronJob above it, if that knows of the Job. Every suspension leaves an annotation of its own,
 *  in the same change, that says which change it was: undo takes it off, and with the last of them what is suspended goes on (the Job starts anew), unless
 *  its spec was changed since. */
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
  prepare: async (pod, _parameters, { cluster, actionId }) => {
    const { owners, unproven } = await provenOwners(pod.object, cluster)
    const chain = owners.filter(({ apiVersion }) => apiVersion === 'batch/v1')
    if (chain.length === 0 && unproven) return refusal({ state: 'refused', guard: 'unproven_owner', why: unproven })
    if (chain.length === 0) return refusal({ state: 'refused', guard: 'not_suspendable', why: 'the pod is of no Job' })
    const going = chain.filter((one) => !isSuspended(one) || marksOn(one).length > 0).map(identityOf)
    if (going.length === 0) return refusal({ state: 'skipped', why: 'its Job is suspended already' })
    const mark = `${PREFIX}${actionId.slice(0, 16)}`
    return { kind: 'ready', data: { workloads: going.toReversed(), mark, ...(unproven ? { left: unproven } : {}) } }
  },
  run: async ({ workloads, mark, left }, { cluster }) => {
    const done: string[] = []
    for (const workload of workloads) {
      let isTheirs = false
      const result = await patchObject(cluster, workload, (now): Change | undefined => {
        if (now.metadata.annotations?.[mark] !== undefined) return undefined
        isTheirs = isSuspended(now) && marksOn(now).length === 0
        if (isTheirs) return undefined
        const before = generationOf(now)
        const value = before === undefined ? 'yes' : String(isSuspended(now) ? before : before + 1)
        return { annotations: { [mark]: value }, spec: { suspend: true } }
      })
      if (result !== 'absent' && !isTheirs) done.push(`${workload.kind} ${workload.name}`)
    }
    if (done.length === 0) return { state: 'skipped', why: 'its Job is gone, or was suspended by somebody else' }
    return { state: 'done', why: [done.join(', '), ...(left ? [left] : [])].join('; ') }
  },
  undo: async ({ workloads, mark }, { cluster }) => {
    const said = await Promise.all(
      workloads.map(async (workload) => {
        let how = ' went on already'
        const result = await patchObject(cluster, workload, (now): Change | undefined => {
          const value = now.metadata.annotations?.[mark]
          if (value === undefined) return undefined
          const isLast = marksOn(now).length === 1
          const isOurs = isOfGeneration(now, value === 'yes' ? undefined : Number(value))
          if (isSuspended(now)) how = isLast ? (isOurs ? '' : ' was changed since, and is left') : ' stays suspended for another incident'
          return { annotations: { [mark]: null }, ...(isLast && isOurs && isSuspended(now) ? { spec: { suspend: false } } : {}) }
        })
        return `${workload.kind} ${workload.name}${result === 'absent' ? ' is gone' : how}`
      }),
    )
    return { state: 'undone', why: said.join(', ') }
  },
}

function marksOn({ metadata }: KubernetesObject): readonly string[] {
  return Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith(PREFIX))
}

function isSuspended({ spec }: KubernetesObject): boolean {
  return Spec.parse(spec ?? {}).suspend
}

function refusal<const T>(outcome: T) {
  return { kind: 'refusal', outcome } as const
}

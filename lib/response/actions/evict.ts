import * as z from 'zod'
import { DurationSeconds } from '../../duration.ts'
import type { Action } from '../action.ts'
import type { Outcome } from '../outcome.ts'
import { BarePods } from './delete.ts'
import { graceOf } from './grace.ts'
import { makesAgain } from './owner.ts'
import { PodData, podData } from './pod-data.ts'

const Parameters = z.strictObject({ grace_period: DurationSeconds.optional(), bare_pods: BarePods })
const Data = z.object({ pod: PodData, graceSeconds: z.number(), said: z.string().optional() })
const BLOCKED = { state: 'refused', guard: 'disruption_budget', why: 'a PodDisruptionBudget of the pod does not allow it now' } as const
const GONE = { state: 'skipped', why: 'the pod was gone already' } as const

/** Deletes the pod if its PodDisruptionBudgets allow it; otherwise as `delete`. */
export const evict: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'evict',
  title: 'Evict',
  description: 'Deletes the pod, if its disruption budgets allow it; evidence of it is taken first.',
  parameters: Parameters,
  data: Data,
  rbac: () => [
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  ],
  example: 'evict: {grace_period: 30s}',
  destructive: true,
  losesPod: true,
  takesAway: 'pod',
  goneAfterBegin: 'done',
  outlivesPod: false,
  prepare: async (pod, { grace_period, bare_pods }, { cluster }) => {
    const again = makesAgain(pod, bare_pods)
    if (again.kind !== 'fine') return again
    const { namespace, name, uid } = pod
    const would = await cluster.evict({ namespace, name, uid, dryRun: true })
    if (would !== 'evicted') return { kind: 'refusal', outcome: would === 'blocked' ? BLOCKED : GONE }
    const graceSeconds = graceOf(pod, grace_period)
    return { kind: 'ready', data: { pod: podData(pod), graceSeconds, ...(again.said ? { said: again.said } : {}) } }
  },
  run: async ({ pod, graceSeconds, said }, { cluster }): Promise<Outcome> => {
    const evicted = await cluster.evict({ ...pod, graceSeconds })
    if (evicted !== 'evicted') return evicted === 'blocked' ? BLOCKED : GONE
    return { state: 'done', ...(said ? { why: said } : {}) }
  },
}

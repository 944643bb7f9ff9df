import * as z from 'zod'
import { DurationSeconds } from '../../duration.ts'
import type { Action } from '../action.ts'
import { graceOf } from './grace.ts'
import { makesAgain } from './owner.ts'
import { PodData, podData, podIdentity } from './pod-data.ts'

export const BarePods = z.enum(['refuse', 'delete']).default('refuse').describe('A pod without a controller comes back from nowhere.')
const Parameters = z.strictObject({ grace_period: DurationSeconds.optional(), bare_pods: BarePods })
const Data = z.object({ pod: PodData, graceSeconds: z.number(), said: z.string().optional() })

/** Deletes the pod, within the grace period that is given, else its own, of which 30 s are granted at most. Its controller, if it has one, makes a new pod, which is another's uid. */
export const deletePod: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'delete',
  title: 'Delete',
  description: 'Deletes the pod; evidence of it is taken first. Its controller, if it has one, makes a new one.',
  parameters: Parameters,
  data: Data,
  rbac: () => [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] }],
  example: 'delete: {grace_period: 30s}',
  destructive: true,
  losesPod: true,
  takesAway: 'pod',
  goneAfterBegin: 'done',
  outlivesPod: false,
  prepare: async (pod, { grace_period, bare_pods }) => {
    const again = makesAgain(pod, bare_pods)
    if (again.kind !== 'fine') return again
    const graceSeconds = graceOf(pod, grace_period)
    return { kind: 'ready', data: { pod: podData(pod), graceSeconds, ...(again.said ? { said: again.said } : {}) } }
  },
  run: async ({ pod, graceSeconds, said }, { cluster }) => {
    const removed = await cluster.remove({ ...podIdentity(pod), graceSeconds })
    if (removed === 'absent') return { state: 'skipped', why: 'the pod was gone already' }
    return { state: 'done', ...(said ? { why: said } : {}) }
  },
}

import * as z from 'zod'
import { DurationSeconds } from '../../duration.ts'
import type { Action } from '../action.ts'

const Parameters = z.strictObject({ grace_period: DurationSeconds.optional() })

/** Deletes the pod, with its own grace period unless another is given. Its controller, if it has one, makes a new pod, which is another's uid. */
export const deletePod: Action<z.infer<typeof Parameters>> = {
  name: 'delete',
  title: 'Delete',
  description:
    'Deletes the pod; what the API server knows of it is kept as evidence first. Its controller, if it has one, makes a new one.',
  parameters: Parameters,
  rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] }],
  example: 'delete: {grace_period: 30s}',
  destructive: true,
  goneAfterBegin: 'done',
  outlivesPod: false,
  run: async ({ namespace, name, uid }, { grace_period }, { cluster }) => {
    const grace = grace_period === undefined ? {} : { graceSeconds: grace_period }
    const removed = await cluster.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid, ...grace })
    return removed === 'absent' ? { state: 'skipped', why: 'the pod was gone already' } : { state: 'done' }
  },
}

import * as z from 'zod'
import type { Action, RbacRule } from '../action.ts'
import { LOG_LINES } from '../capture/logs.ts'
import { captureEvidence } from '../capture/take-evidence.ts'
import { POD_GONE, PodData, podData } from './pod-data.ts'

const Parameters = z.strictObject({
  logs: z.boolean().default(true).describe('Whether the logs of its containers are in it.'),
  log_lines: z.number().int().min(1).max(10_000).default(LOG_LINES).describe('How many lines of each log, from its end.'),
})
const Data = z.object({ pod: PodData, logLines: z.number().int() })

const get = (apiGroups: readonly string[], resources: readonly string[]): RbacRule => ({ apiGroups, resources, verbs: ['get'] })
/** What it takes to read evidence; of an owner of another kind (Argo's Rollout, …) nothing is read without a right of its own. */
export const CAPTURE_RBAC: readonly RbacRule[] = [
  get([''], ['pods', 'pods/log', 'nodes', 'replicationcontrollers']),
  { apiGroups: [''], resources: ['events'], verbs: ['list'] },
  get(['apps'], ['replicasets', 'deployments', 'statefulsets', 'daemonsets']),
  get(['batch'], ['jobs', 'cronjobs']),
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
]

/** Keeps what the cluster knows of the pod, once an action; the outcome says where, and its hash. */
export const capture: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'capture',
  title: 'Capture',
  description: 'Keeps evidence of the pod: itself, its owners, events, logs, node and network policies, without secrets.',
  parameters: Parameters,
  data: Data,
  rbac: () => CAPTURE_RBAC,
  example: 'capture: {log_lines: 500}',
  destructive: false,
  losesPod: false,
  takesAway: 'nothing',
  goneAfterBegin: 'skipped',
  outlivesPod: false,
  prepare: async (pod, { logs, log_lines }) => ({ kind: 'ready', data: { pod: podData(pod), logLines: logs ? log_lines : 0 } }),
  run: async ({ pod, logLines }, context) => {
    const kept = await captureEvidence(pod, { ...context, logLines })
    if (!kept) return POD_GONE
    const lacking = kept.unread.length > 0 ? `; not read: ${kept.unread.join('; ')}`.slice(0, 400) : ''
    return { state: 'done', why: `sha256 ${kept.sha256} at ${kept.uri}${lacking}` }
  },
}

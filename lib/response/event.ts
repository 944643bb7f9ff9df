import type { KubernetesObject } from '../port/cluster.ts'
import type { PodData } from './actions/pod-data.ts'
import { type Outcome, outcomeWords } from './outcome.ts'
import { type ActionRequest, requesterWords } from './request.ts'

const MAX_MESSAGE = 1024
const REASONS = {
  done: 'Done',
  skipped: 'Skipped',
  refused: 'Refused',
  failed: 'Failed',
  dry_run: 'DryRun',
  expired: 'Expired',
  undone: 'Undone',
} as const

/** The Kubernetes Event about the pod that tells its owners what was done to it, or what was not and why. One an outcome: its name is a function of the
 *  action and what became of it. Source: Kubernetes, core/v1 Event (message up to 1,024 bytes). */
export function outcomeEvent(request: ActionRequest, outcome: Outcome, { namespace, name, uid }: PodData, atMs: number): KubernetesObject {
  const { id, action, incident, by } = request
  const at = new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const message = `Creance: ${action}, asked by ${requesterWords(by)}: ${outcomeWords(outcome)} (incident ${incident.slice(0, 16)})`
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `creance-${id.slice(0, 16)}-${outcome.state.replace('_', '-')}`,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'creance' },
    },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    reason: `Creance${capital(action)}${REASONS[outcome.state]}`,
    message: Buffer.from(message)
      .subarray(0, MAX_MESSAGE)
      .toString('utf8')
      .replace(/\uFFFD+$/, ''),
    type: outcome.state === 'done' || outcome.state === 'failed' ? 'Warning' : 'Normal',
    source: { component: 'creance' },
    reportingComponent: 'creance',
    reportingInstance: 'creance',
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  }
  return event
}

/** `scale_to_zero` → `ScaleToZero`. */
function capital(action: string): string {
  return action.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

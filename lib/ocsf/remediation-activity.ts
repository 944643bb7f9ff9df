import type { EventAction, IncidentEvent } from '../webhook/incident-event.ts'
import { actionWords } from '../webhook/news.ts'
import { baseEvent, type OcsfEvent, type Status } from './base.ts'

const ISOLATE = [1, 'Isolate'] as const
const EVICT = [2, 'Evict'] as const
const RESTORE = [3, 'Restore'] as const
const ACTIVITIES: Readonly<Record<string, readonly [number, string]>> = {
  isolate: ISOLATE,
  cordon: ISOLATE,
  delete: EVICT,
  evict: EVICT,
  scale_to_zero: EVICT,
  suspend: EVICT,
  release: RESTORE,
}

/** What has an end; that an isolation is undone is told by its release. */
const STATUSES: Readonly<Partial<Record<EventAction['state'], Status>>> = {
  done: { status_id: 1, status: 'Success' },
  refused: { status_id: 2, status: 'Failure' },
  failed: { status_id: 6, status: 'Error' },
  skipped: { status_id: 99, status: 'skipped' },
  dry_run: { status_id: 99, status: 'dry_run' },
  expired: { status_id: 99, status: 'expired' },
}

/** Whether there is an event of the action. */
export function isRemediation({ action, state }: EventAction): boolean {
  return STATUSES[state] !== undefined || (action === 'release' && state === 'undone')
}

/** An action that was settled as a Remediation Activity. Source: OCSF 1.5, class 7001, whose activities are tactics of MITRE D3FEND. */
export function remediationActivity(event: IncidentEvent, action: EventAction, uid: string): OcsfEvent {
  const [activityId, activityName] = Object.hasOwn(ACTIVITIES, action.action) ? (ACTIVITIES[action.action] ?? other(action)) : other(action)
  const status = STATUSES[action.state] ?? { status_id: 1, status: 'Success' }
  const words = actionWords(action)
  return {
    ...baseEvent(
      {
        class: [7001, 'Remediation Activity'],
        category: [7, 'Remediation'],
        activity: [activityId, activityName],
        severity: [1, 'Informational'],
        uid,
        timeMs: Date.parse(action.time ?? event.times.updated),
      },
      event,
    ),
    ...status,
    ...(action.guard ? { status_code: action.guard } : {}),
    ...(action.why ? { status_detail: action.why } : {}),
    command_uid: action.id,
    message: words.slice('Action: '.length),
    remediation: { desc: words },
    unmapped: { incident: event.id, action: action.action, outcome: action.state, by: action.by, target: action.target },
  }
}

function other({ action }: EventAction): readonly [number, string] {
  return [99, action]
}

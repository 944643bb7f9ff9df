import { contentHash, contentId } from '../detection/id.ts'
import type { IncidentEvent } from '../webhook/incident-event.ts'
import { type Kept, shownId } from '../webhook/template.ts'
import type { OcsfEvent } from './base.ts'
import { type Activity, detectionFinding } from './detection-finding.ts'
import { isRemediation, remediationActivity } from './remediation-activity.ts'

/** What is to be exported together. `id`: a function of what it says. */
export type Export = { readonly id: string; readonly events: readonly OcsfEvent[]; readonly keeps: Kept; readonly said?: string }

const MOST_TOLD = 200

/** The events that a SIEM has not got yet: the finding where it changed, and each action that was settled; undefined where there are none. */
export function nextEvents(event: IncidentEvent, kept: Kept, route: string): Export | undefined {
  const shown = shownId(event)
  if (kept.shown === shown) return undefined
  const told = (kept.actions ?? '').split(' ').filter((mark) => mark !== '')
  const settled = event.actions
    .filter(isRemediation)
    .map((action) => ({ action, mark: contentHash(`${action.id} ${action.state}`, 8) }))
    .filter(({ mark }) => !told.includes(mark))
  const activity = activityOf(event, kept)
  const id = contentId('ocsf', event.id, route, kept.number ?? '0', activity, shown)
  return {
    id,
    events: [
      detectionFinding(event, activity, id),
      ...settled.map(({ action }) => remediationActivity(event, action, contentId('ocsf', event.id, action.id, action.state))),
    ],
    keeps: {
      shown,
      status: event.status,
      number: String(Number(kept.number ?? '0') + 1),
      actions: [...told, ...settled.map(({ mark }) => mark)].slice(-MOST_TOLD).join(' '),
    },
    ...(activity === 'Update' ? {} : { said: activity === 'Create' ? 'finding created' : 'finding closed' }),
  }
}

/** The creation until it was taken. */
function activityOf({ status }: IncidentEvent, kept: Kept): Activity {
  if (kept.number === undefined) return 'Create'
  return status === 'closed' && kept.status !== 'closed' ? 'Close' : 'Update'
}

import type { IncidentEvent } from '../webhook/incident-event.ts'

/** The version of the schema that the events are of. */
export const OCSF_VERSION = '1.5.0'

/** An event of the Open Cybersecurity Schema Framework. `time`: Unix milliseconds. */
export type OcsfEvent = {
  readonly class_uid: number
  readonly time: number
  readonly metadata: { readonly uid: string; readonly version: string }
} & Readonly<Record<string, unknown>>

/** `uid`: a function of what the event says, so that the same event sent again can be told. */
export type Event = {
  readonly class: readonly [uid: number, name: string]
  readonly category: readonly [uid: number, name: string]
  readonly activity: readonly [id: number, name: string]
  readonly severity: readonly [id: number, name: string]
  readonly uid: string
  readonly timeMs: number
}

/** What every class has. Source: OCSF, base_event and the object metadata. */
export function baseEvent({ class: [classUid, className], category, activity, severity, uid, timeMs }: Event, { id }: IncidentEvent) {
  return {
    category_uid: category[0],
    category_name: category[1],
    class_uid: classUid,
    class_name: className,
    activity_id: activity[0],
    activity_name: activity[1],
    type_uid: classUid * 100 + activity[0],
    type_name: `${className}: ${activity[1]}`,
    severity_id: severity[0],
    severity: severity[1],
    time: timeMs,
    metadata: {
      version: OCSF_VERSION,
      uid,
      correlation_uid: id,
      log_name: 'creance',
      product: { name: 'Creance', vendor_name: 'Creance' },
    },
  }
}

/** The captions of severity_id, which Creance's own severities are. */
export const OCSF_SEVERITIES = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical'] as const

export type Status = { readonly status_id: number; readonly status: string }

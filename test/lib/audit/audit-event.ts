import { type AuditEvent, parseAuditEvent } from '../../../lib/audit/event.ts'
import { auditFields } from '../../../lib/audit/fields.ts'
import type { Field } from '../../../lib/condition/field.ts'

export const TIME = '2024-05-06T07:08:09.000000001Z'

/** An audit event that holds this JSON too: an object, or the inside of one as it is to be written. */
export function eventWith(json: object | string): AuditEvent {
  const inside = typeof json === 'string' ? json : JSON.stringify(json).slice(1, -1)
  return eventOf(`{"auditID":"id-1","stageTimestamp":"${TIME}"${inside === '' ? '' : `,${inside}`}}`)
}

export function eventOf(text: string): AuditEvent {
  const event = parseAuditEvent(text)
  if ('refused' in event) throw new Error(event.refused)
  return event
}

/** A pod's request with these containers, under one of the keys for them. */
export function podWith(containers: unknown, key = 'containers'): object {
  return { requestObject: { spec: { [key]: containers } } }
}

/** The value of a field that is written as in a condition: `ka.uri.param[limit]`. */
export function fieldValue(written: string, event: AuditEvent): unknown {
  return fieldOf(written).get(event)
}

export function fieldOf(written: string): Field<AuditEvent> {
  const [, name = '', argument] = /^([^[]+)(?:\[(.*)\])?$/.exec(written) ?? []
  const field = auditFields.field(name, argument)
  if (field === undefined) throw new Error(`${written}: nonexistent`)
  if ('refused' in field) throw new Error(field.refused)
  return field
}

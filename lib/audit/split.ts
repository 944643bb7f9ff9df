import { type AuditEvent, parseAuditEvent, readAuditEvent } from './event.ts'
import { isArray, type Json, memberOf, rootOf, stringOf, walkItems, writtenOf } from './json.ts'
import { indexJson, type Refusal } from './json-index.ts'

type Refused = { readonly text: string; readonly reason: string }
type Sorted = { readonly events: AuditEvent[]; readonly refused: Refused[]; untold: number }
/** `refused`: what could not be read, and why. */
export type Split = { readonly events: readonly AuditEvent[]; readonly refused: readonly Refused[] }

/** More are counted, not told: a payload can hold millions. */
const REFUSED_MAX = 1000

/** The audit events of a webhook's body, or of a line of a log file: an Event, an EventList, or an array of them. What is none of
 *  these refuses the whole payload, also where it is one element of an array; an event without a proper `stageTimestamp`, or of more
 *  than 262144 bytes, is refused alone. Of more than 1000 refused events the last entry tells only how many. Never throws.
 *  Source: Falco's k8saudit plugin. */
export function splitAudit(payload: string): Split {
  const source = indexJson(payload)
  if ('refused' in source) return { events: [], refused: [{ text: payload, reason: source.refused }] }
  const sorted: Sorted = { events: [], refused: [], untold: 0 }
  const failed = addEvents(rootOf(source), sorted)
  if (failed !== undefined) return { events: [], refused: [{ text: payload, reason: failed.refused }] }
  const { events, refused, untold } = sorted
  return { events, refused: untold === 0 ? refused : [...refused, { text: '', reason: `${untold} more events` }] }
}

/** One event from its own text, whatever its `kind`, as it is sent on by itself. Never throws. */
export function splitOne(text: string): Split {
  const event = parseAuditEvent(text)
  return 'refused' in event ? { events: [], refused: [{ text, reason: event.refused }] } : { events: [event], refused: [] }
}

function addEvents(json: Json, sorted: Sorted): Refusal | undefined {
  if (isArray(json)) {
    for (const element of walkItems(json)) {
      const failed = addEvents(element, sorted)
      if (failed !== undefined) return failed
    }
    return undefined
  }
  const kind = memberOf(json, 'kind')
  switch (kind && stringOf(kind)) {
    case 'Event':
      addEvent(json, sorted)
      return undefined
    case 'EventList':
      return addItems(json, sorted)
    default:
      return { refused: 'data not recognized as a k8s audit event' }
  }
}

function addItems(list: Json, sorted: Sorted): Refusal | undefined {
  const items = memberOf(list, 'items')
  let found = false
  for (const item of items ? walkItems(items) : []) {
    addEvent(item, sorted)
    found = true
  }
  return found ? undefined : { refused: 'an EventList without items' }
}

function addEvent(json: Json, sorted: Sorted): void {
  const event = readAuditEvent(json, sorted.events.at(-1))
  if (!('refused' in event)) sorted.events.push(event)
  else if (sorted.refused.length < REFUSED_MAX) sorted.refused.push({ text: writtenOf(json), reason: event.refused })
  else sorted.untold += 1
}

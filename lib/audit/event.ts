import { nanoseconds } from '../detection/time.ts'
import { type Json, memberOf, rootOf, stringOf, writtenOf } from './json.ts'
import { indexJson, type Refusal } from './json-index.ts'

/** A Kubernetes audit event. */
export type AuditEvent = {
  /** Its JSON, without blanks; numbers, escapes and the order of keys as they came. */
  readonly text: string
  /** `stageTimestamp` in nanoseconds since 1970, as decimal text. */
  readonly timeNs: string
  /** Which event of its payload it is, from 1, and the time of the first one. */
  readonly number: number
  readonly firstTimeNs: string
  readonly json: Json
}

/** What Falco takes at most, in bytes of UTF-8. */
const EVENT_BYTES_MAX = 262_144
/** Times that need more are past the year 2286, and no longer 64-bit numbers. */
const TIME_DIGITS_MAX = 19

/** One event from its own text, such as AuditEvent's `text`, whatever its `kind`. Never throws. */
export function parseAuditEvent(text: string): AuditEvent | Refusal {
  const source = indexJson(text)
  return 'refused' in source ? source : readAuditEvent(rootOf(source))
}

/** One event, whatever its `kind`; `after` is the one before it in the payload. */
export function readAuditEvent(json: Json, after?: AuditEvent): AuditEvent | Refusal {
  const time = memberOf(json, 'stageTimestamp')
  const timeNs = readTime((time && stringOf(time)) ?? '')
  if (timeNs === undefined) return { refused: 'stageTimestamp: expected an RFC 3339 time' }
  const text = writtenOf(json)
  if (isLongerThan(text, EVENT_BYTES_MAX)) return { refused: `more than ${EVENT_BYTES_MAX} bytes` }
  return { text, timeNs, number: (after?.number ?? 0) + 1, firstTimeNs: after?.firstTimeNs ?? timeNs, json }
}

function readTime(text: string): string | undefined {
  const timeNs = nanoseconds(text)
  if (timeNs === undefined || timeNs.length > TIME_DIGITS_MAX) return undefined
  return isCalendarTime(text) ? timeNs : undefined
}

// Date.parse takes 30 February for 1 March, and 24:00 for the next day.
function isCalendarTime(text: string): boolean {
  const day = Number(text.slice(8, 10))
  const daysOfMonth = () => new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
  return text.slice(11, 13) !== '24' && (day <= 28 || day <= daysOfMonth())
}

function isLongerThan(text: string, bytes: number): boolean {
  return text.length > bytes || (text.length > bytes / 3 && Buffer.byteLength(text) > bytes)
}

import * as z from 'zod'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 22:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const TimeZone = z.string().refine(isTimeZone, 'expected a time zone of the IANA database, such as Europe/Berlin')

/** The fields of hours that come again on days of the week. The edge where they begin is in, the one where they end is not; times of day are
 *  those of the time zone, so that they keep their place when clocks are changed. */
export const HOURS_FIELDS = {
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS])
    .describe('The days on which it begins.'),
  from: TimeOfDay,
  to: TimeOfDay.describe('At or before `from`: on the next day. The same as `from`: all day.'),
  timezone: TimeZone.default('UTC').describe('Of the IANA database, such as Europe/Berlin; UTC if it is not said.'),
}
const Hours = z.object(HOURS_FIELDS)
export type Hours = z.infer<typeof Hours>

const MINUTE_MS = 60_000
const MINUTES_A_DAY = 24 * 60

export function isOpen({ days, from, to, timezone }: Hours, nowMs: number): boolean {
  const { day, minute } = placeIn(timezone, nowMs)
  const length = lengthOf({ from, to })
  const isDay = (index: number): boolean => days.some((one) => one === DAYS[(index + 7) % 7])
  return (isDay(day) && minute >= from && minute - from < length) || (isDay(day - 1) && minute + MINUTES_A_DAY - from < length)
}

/** When hours that are open at `nowMs` end (Unix ms). Where a changed clock moves the end, that is made good once; who relies on it looks
 *  again then. */
export function endsMs({ from, to, timezone }: Hours, nowMs: number): number {
  const { minute } = placeIn(timezone, nowMs)
  const gone = (minute - from + MINUTES_A_DAY) % MINUTES_A_DAY
  const guess = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + (lengthOf({ from, to }) - gone) * MINUTE_MS
  const late = placeIn(timezone, guess).minute - to
  const early = late > MINUTES_A_DAY / 2 ? late - MINUTES_A_DAY : late < -MINUTES_A_DAY / 2 ? late + MINUTES_A_DAY : late
  const end = guess - early * MINUTE_MS
  return end > nowMs ? end : guess
}

function lengthOf({ from, to }: Pick<Hours, 'from' | 'to'>): number {
  return to > from ? to - from : to + MINUTES_A_DAY - from
}

/** Day of the week (0: Monday) and minute of the day, there. */
function placeIn(timeZone: string, nowMs: number): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]))
  const day = DAYS.findIndex((name) => parts.weekday?.toLowerCase().startsWith(name))
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

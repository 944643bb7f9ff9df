import * as z from 'zod'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 22:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const TimeZone = z.string().refine(isTimeZone, 'expected a time zone of the IANA database, such as Europe/Berlin')

const Again = z.strictObject({
  name: z.string().min(1).max(100),
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS])
    .describe('The days on which it begins.'),
  from: TimeOfDay,
  to: TimeOfDay.describe('At or before `from`: on the next day.'),
  timezone: TimeZone.default('UTC'),
})
const Once = z.strictObject({
  name: z.string().min(1).max(100),
  begins: z.iso.datetime({ offset: true }),
  ends: z.iso.datetime({ offset: true }),
})

/** A time in which responses do nothing: again and again on days of the week, or once. */
export const MaintenanceWindow = z.union([Again, Once])
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>

const MINUTES_A_DAY = 24 * 60

/** The first of the windows that is open at `nowMs`. The edge where it begins is in, the one where it ends is not; times of day are those of the
 *  window's time zone, so that it keeps its place when clocks are changed. */
export function openWindow(windows: readonly MaintenanceWindow[], nowMs: number): MaintenanceWindow | undefined {
  return windows.find((window) => ('begins' in window ? isWithin(window, nowMs) : isOpenAgain(window, nowMs)))
}

function isWithin({ begins, ends }: z.infer<typeof Once>, nowMs: number): boolean {
  return Date.parse(begins) <= nowMs && nowMs < Date.parse(ends)
}

function isOpenAgain({ days, from, to, timezone }: z.infer<typeof Again>, nowMs: number): boolean {
  const { day, minute } = placeIn(timezone, nowMs)
  const length = to > from ? to - from : to + MINUTES_A_DAY - from
  const isDay = (index: number): boolean => days.some((one) => one === DAYS[(index + 7) % 7])
  return (isDay(day) && minute >= from && minute - from < length) || (isDay(day - 1) && minute + MINUTES_A_DAY - from < length)
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

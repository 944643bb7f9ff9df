export const TIME_UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** One number of a time given in RFC 3339, as it is written there: no time zone is converted. Weeks are those of ISO 8601, 1 to 53.
 *  undefined for anything else. Source: Sigma modifiers appendix, "Time Modifiers". */
export function timePart(text: string, unit: TimeUnit): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = RFC3339.exec(text)?.slice(1).map(Number) ?? []
  const date = dateOf(year, month, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59)
    return undefined
  return { minute, hour, day, week: isoWeek(date), month, year }[unit]
}

function dateOf(year: number, month: number, day: number): Date {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date
}

/** The week of the year's Thursday that is nearest. */
function isoWeek(date: Date): number {
  const thursday = new Date(date)
  thursday.setUTCDate(date.getUTCDate() + 3 - ((date.getUTCDay() + 6) % 7))
  return 1 + Math.floor((thursday.getTime() - dateOf(thursday.getUTCFullYear(), 1, 1).getTime()) / (7 * 86_400_000))
}

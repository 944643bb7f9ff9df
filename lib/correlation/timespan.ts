import * as z from 'zod'

// A month and a year are what pySigma takes them for.
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_629_746, y: 31_556_952 }

/** A whole number and s, m, h, d, w, M or y; to seconds. At most ten years. Source: Sigma specification 2.1, `timespan`. */
export const TimespanSeconds = z
  .string({ error: 'expected a time span such as 10m' })
  .regex(/^0*[1-9]\d{0,8}[smhdwMy]$/, 'expected a whole number over 0 and s, m, h, d, w, M or y, such as 10m')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? 1))
  .refine((seconds) => seconds <= 10 * 31_556_952, 'expected at most 10 years')

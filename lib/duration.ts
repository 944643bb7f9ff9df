import * as z from 'zod'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A time span as rule files write it: a whole number and s, m, h or d (Sigma's `timespan`). Parsed to seconds. */
export const DurationSeconds = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'expected a whole number and s, m, h or d, such as 30s or 4h')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? 1))

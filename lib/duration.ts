import * as z from 'zod'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** So many in a time, as rule files write it: `20/h`, `3/10m`. */
export const Rate = z
  .string()
  .regex(/^\d{1,6}\/(?:[1-9]\d{0,5})?[smhd]$/, 'expected a number, a slash and a time, such as 20/h or 3/10m')
  .transform((text) => {
    const [limit = '0', window = ''] = text.split('/')
    const length = window.length > 1 ? Number(window.slice(0, -1)) : 1
    return { limit: Number(limit), windowSeconds: length * (UNIT_SECONDS[window.slice(-1)] ?? 1) }
  })
export type Rate = z.infer<typeof Rate>

/** A time span as rule files write it: a whole number and s, m, h or d (Sigma's `timespan`). Parsed to seconds. */
export const DurationSeconds = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'expected a whole number and s, m, h or d, such as 30s or 4h')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? 1))

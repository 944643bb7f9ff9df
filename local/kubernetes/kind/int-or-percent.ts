import * as z from 'zod'

const PERCENT = /^\d{1,9}%$/
const FORM =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** A number of pods, or a share of them, `25%`. Source: apimachinery's IntOrString, as a PodDisruptionBudget has it. */
export const IntOrPercent = z.unknown().check(({ value, issues }) => {
  if (typeof value === 'string') {
    if (!PERCENT.test(value)) issues.push({ code: 'custom', message: FORM, input: value })
    else if (Number.parseInt(value, 10) > 100) issues.push({ code: 'custom', message: 'must not be greater than 100%', input: value })
  } else if (typeof value !== 'number' || !z.int32().safeParse(value).success) {
    issues.push({ code: 'invalid_type', expected: 'int', message: 'int32 or string', input: value })
  } else if (value < 0) {
    issues.push({ code: 'too_small', origin: 'int', minimum: 0, input: value })
  }
})

export const isPercent = (value: unknown): value is string => typeof value === 'string'

/** How many of `total` that is, a share rounded up. */
export function countOf(value: unknown, total: number): number {
  return isPercent(value) ? Math.ceil((Number.parseInt(value, 10) * total) / 100) : Number(value)
}

/** An exact number: integers beyond 2^53 are bigint. The two compare exactly. */
export type Numeric = number | bigint

/** What is a number, or the decimal text of one as it is printed; undefined for anything else, such as `007`, `0x10` or `1e3`. */
export function numericOf(value: string | number | boolean): Numeric | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length > 41 || !/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(value)) return undefined
  if (value.includes('.')) return Number(value)
  const integer = Number(value)
  return Number.isSafeInteger(integer) ? integer : BigInt(value)
}

export const COMPARISONS = {
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
} as const satisfies Readonly<Record<string, (left: Numeric, right: Numeric) => boolean>>
export type Comparison = keyof typeof COMPARISONS

export function sameNumber(left: Numeric | undefined, right: Numeric): boolean {
  return left !== undefined && left >= right && left <= right
}

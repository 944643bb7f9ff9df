import * as z from 'zod'

export const OPERATORS = ['gte', 'gt', 'lte', 'lt', 'eq', 'neq'] as const
type Operator = (typeof OPERATORS)[number]

const number = z.number({ error: 'expected a number' })
/** The operators of a condition, each with its number; all that are given must hold. */
export const BoundsShape = { gte: number, gt: number, lte: number, lt: number, eq: number, neq: number }

/** `onlyLower`: more of it can never make it false again. */
export type Bounds = { readonly given: readonly (readonly [Operator, number])[]; readonly onlyLower: boolean }

export function boundsOf(condition: Readonly<Partial<Record<Operator, number | undefined>>>): Bounds {
  const given = OPERATORS.flatMap((operator) => {
    const value = condition[operator]
    return value === undefined ? [] : [[operator, value] as const]
  })
  return { given, onlyLower: given.every(([operator]) => operator === 'gte' || operator === 'gt') }
}

export function satisfies(value: number, { given }: Bounds): boolean {
  return given.every(([operator, bound]) => HOLDS[operator](value, bound))
}

/** The largest whole number that has to be told from its neighbours: counted further than this, the answer stays the same. */
export function countedTo({ given }: Bounds): number {
  return Math.max(0, ...given.map(([, bound]) => Math.ceil(bound))) + 1
}

/** Whether any of the numbers that there can be satisfies it. `most`: how much it can come to; `isWhole`: only whole numbers. */
export function isPossible(
  bounds: Bounds,
  { least, most, isWhole }: { readonly least: number; readonly most: number; readonly isWhole: boolean },
): boolean {
  const near = bounds.given.flatMap(([, bound]) =>
    isWhole ? [bound - 1, bound, bound + 1].map(Math.floor) : [bound - 1, bound, bound + 1],
  )
  const between = isWhole ? [] : near.flatMap((a) => near.map((b) => (a + b) / 2))
  return [...near, ...between, least, most].some((value) => value >= least && value <= most && satisfies(value, bounds))
}

const HOLDS: Readonly<Record<Operator, (value: number, bound: number) => boolean>> = {
  gte: (value, bound) => value >= bound,
  gt: (value, bound) => value > bound,
  lte: (value, bound) => value <= bound,
  lt: (value, bound) => value < bound,
  eq: (value, bound) => value === bound,
  neq: (value, bound) => value !== bound,
}

import fc from 'fast-check'
import { type Bounds, boundsOf, OPERATORS } from '../../../lib/correlation/bounds.ts'
import type { Criterion } from '../../../lib/correlation/criterion.ts'
import type { Hit } from '../../../lib/correlation/hit.ts'
import { keyOf } from './oracle.ts'

export const SECOND = 1_000_000_000n

const RULES = ['a', 'b', 'c', 'd'] as const
const PERCENTILES = [1, 10, 20, 25, 33, 40, 50, 60, 75, 90, 99, 100]
const LIMITS = [-1, 0, 1, 2, 2, 3, 3, 4]
const LIMITS_OF_NUMBERS = [...LIMITS, -2, 0.5, 1.5, 2.25, 2.5, 5, 6]

/** Each kind of criterion, `terms` with and without order. */
export const KINDS = ['hits', 'values', 'sum', 'rules', 'order', 'avg', 'median', 'percentile', 'unordered', 'ordered'] as const
export type Kind = (typeof KINDS)[number]
export const KINDS_AT_ONCE = ['hits', 'values', 'sum', 'rules', 'order', 'unordered', 'ordered'] as const satisfies readonly Kind[]

/** T: few seconds, so that many hits are exactly T apart, or a nanosecond more or less. */
export const arbitrarySpan = fc.integer({ min: 0, max: 6 }).map((seconds) => BigInt(seconds) * SECOND)

export const arbitrarySuppress = fc.integer({ min: 1, max: 7 }).map((seconds) => BigInt(seconds) * SECOND)

/** One field is mostly a number, the other a word; both may be missing. All sums of these are exact in any order. */
const arbitraryValues = fc
  .record({
    n: fc.constantFrom(undefined, 0, 1, 2, 3, -2, 2.5, 0.25, '2', '3', '0.5', '-1', 'x', '', 'NaN'),
    w: fc.constantFrom(undefined, 'p', 'q', 'p,q'),
  })
  .map(({ n, w }) => ({ ...(n === undefined ? {} : { n }), ...(w === undefined ? {} : { w }) }))

const arbitraryPlace = fc.record({
  rule: fc.constantFrom(...RULES),
  /** Of an event that has several hits, as a firing has. */
  shared: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 }),
  second: fc.integer({ min: 0, max: 12 }),
  jitter: fc.constantFrom(0n, 0n, 0n, -1n, 1n),
  values: arbitraryValues,
})

const arbitraryBase = fc.constantFrom(1_800_000_000_123_456_789n, 1_800_000_000_000_000_000n, 60n * SECOND)

/** Hits in a few seconds, in any order, no two of one id, rule and time. */
export const arbitraryHits: fc.Arbitrary<readonly Hit[]> = fc
  .tuple(
    arbitraryBase,
    fc.oneof(fc.array(arbitraryPlace, { maxLength: 6 }), fc.array(arbitraryPlace, { minLength: 5, maxLength: 11, size: 'max' })),
  )
  .map(([base, places]) => {
    const hits = places.map(({ rule, shared, second, jitter, values }, index) => ({
      id: shared === null ? `h${index}` : `s${shared}`,
      rule,
      timeNs: base + BigInt(second) * SECOND + jitter,
      values,
    }))
    return [...new Map(hits.map((hit) => [keyOf(hit), hit])).values()]
  })

const arbitraryRules = fc.shuffledSubarray([...RULES], { minLength: 1 })

/** Of one kind; `atOnce`: only such as no later arrival takes back. */
export function arbitraryCriterion(kind: Kind, { atOnce = false } = {}): fc.Arbitrary<Criterion> {
  if (kind === 'unordered' || kind === 'ordered') return arbitraryTerms(kind === 'ordered', atOnce)
  if (kind === 'avg' || kind === 'median' || kind === 'percentile') {
    return fc.record({
      kind: fc.constant('measure' as const),
      of: fc.constant(kind),
      rules: arbitraryRules,
      field: fc.constant('n'),
      percentile: fc.constantFrom(...PERCENTILES),
      bounds: arbitraryBounds(LIMITS_OF_NUMBERS, OPERATORS),
    })
  }
  const bounds = arbitraryBounds(kind === 'sum' ? LIMITS_OF_NUMBERS : LIMITS, ['gte', 'gt'])
  return fc.record({
    kind: fc.constant('quantity' as const),
    of: fc.constant(kind),
    rules: arbitraryRules,
    fields: kind === 'sum' ? fc.constant(['n']) : kind === 'values' ? fc.constantFrom(['n'], ['w'], ['n', 'w']) : fc.constant([]),
    bounds: atOnce ? bounds : fc.oneof(bounds, arbitraryBounds(kind === 'sum' ? LIMITS_OF_NUMBERS : LIMITS, OPERATORS)),
  })
}

/** One bound more often than several, which seldom hold together. */
function arbitraryBounds(limits: readonly number[], operators: readonly (typeof OPERATORS)[number][]): fc.Arbitrary<Bounds> {
  const bound = fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...limits))
  const upTo = (most: number) => fc.uniqueArray(bound, { minLength: 1, maxLength: most, selector: ([operator]) => operator })
  return fc.oneof(upTo(1), upTo(3)).map((given) => boundsOf(Object.fromEntries(given)))
}

/** A rule twice in a row of terms with order only: there it asks for two hits. */
function arbitraryTerms(ordered: boolean, atOnce: boolean): fc.Arbitrary<Criterion> {
  const wanted: fc.Arbitrary<string[]> = ordered
    ? fc.array(fc.constantFrom(...RULES), { minLength: 1, maxLength: 3 })
    : fc.shuffledSubarray([...RULES], { minLength: 1, maxLength: 3 })
  const term = wanted.chain((all) => {
    const unwanted = RULES.filter((rule) => !all.includes(rule))
    const none = fc.record({ rule: fc.constantFrom(...unwanted), after: fc.integer({ min: 0, max: all.length }) })
    return fc.record({ all: fc.constant(all), none: fc.array(none, { maxLength: atOnce ? 0 : 2 }) })
  })
  return fc.record({
    kind: fc.constant('terms' as const),
    ordered: fc.constant(ordered),
    terms: fc.array(term, { minLength: 1, maxLength: 2 }),
  })
}

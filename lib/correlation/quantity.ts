import type { Criterion } from './criterion.ts'
import type { Hit } from './hit.ts'

export type Quantity = Criterion & { kind: 'quantity' }
type Measure = Criterion & { kind: 'measure' }

/** The hits that the criterion looks at: of its rules, and with the fields that it counts. */
export function countable(criterion: Criterion, hits: readonly Hit[]): readonly Hit[] {
  const rules = rulesOf(criterion)
  return hits.filter((hit) => rules.has(hit.rule) && hasFields(criterion, hit))
}

function rulesOf(criterion: Criterion): ReadonlySet<string> {
  if (criterion.kind !== 'terms') return new Set(criterion.rules)
  return new Set(criterion.terms.flatMap(({ all, none }) => [...all, ...none.map(({ rule }) => rule)]))
}

function hasFields(criterion: Criterion, hit: Hit): boolean {
  if (criterion.kind === 'measure') return numberIn(hit, criterion.field) !== undefined
  if (criterion.kind === 'terms') return true
  if (criterion.of === 'sum') return (numberIn(hit, criterion.fields[0]) ?? -1) >= 0
  return criterion.fields.every((field) => hit.values[field] !== undefined)
}

/** What a window of countable hits, sorted by time, comes to, where it has to be looked at whole; undefined where different keys are counted (keyOf).
 *  Never less for more hits. */
export function quantityOf({ of, rules, fields }: Quantity): ((window: readonly Hit[]) => number) | undefined {
  if (of === 'sum') return (window) => sumOf(numbersIn(window, fields[0]))
  return of === 'order' ? (window) => mostInOrder(rules, window) : undefined
}

/** What is counted of a hit, each different one once. */
export function keyOf({ of, fields }: Quantity, { id, rule, values }: Hit): string {
  return of === 'hits' ? id : of === 'rules' ? rule : JSON.stringify(fields.map((field) => values[field]))
}

/** The mean, median or percentile of a window of countable hits, sorted by time; NaN, which satisfies nothing, of none. */
export function measureOf({ of, field, percentile }: Measure, window: readonly Hit[]): number {
  const numbers = numbersIn(window, field).toSorted((a, b) => a - b)
  const at = (place: number): number => numbers[place - 1] ?? Number.NaN
  switch (of) {
    case 'avg':
      return sumOf(numbers) / numbers.length
    case 'median':
      return (at(Math.ceil(numbers.length / 2)) + at(Math.floor(numbers.length / 2) + 1)) / 2
    case 'percentile':
      return at(Math.max(1, Math.ceil((percentile / 100) * numbers.length)))
  }
}

/** A field's number: a number, or a text that is one in decimal. */
function numberIn({ values }: Hit, field = ''): number | undefined {
  const value = values[field]
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (value === undefined || !/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** One number for each id, the largest: several points of one firing, or one detection found by several rules, count once. */
function numbersIn(window: readonly Hit[], field = ''): readonly number[] {
  const byId = new Map<string, number>()
  for (const hit of window) {
    const number = numberIn(hit, field)
    if (number !== undefined) byId.set(hit.id, Math.max(number, byId.get(hit.id) ?? number))
  }
  return [...byId.values()]
}

/** The same whatever the order of the numbers, and to 15 digits: 0.7, 0.1 and 0.2 are 1. */
function sumOf(numbers: readonly number[]): number {
  const sum = numbers.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0)
  return Number(sum.toPrecision(15))
}

/** How many different rules can be found in their order, equal times being in order. */
function mostInOrder(rules: readonly string[], window: readonly Hit[]): number {
  const order = new Map([...new Set(rules)].map((rule, at) => [rule, at]))
  const placeOf = ({ rule }: Hit): number => order.get(rule) ?? 0
  const longest = new Array<number>(order.size).fill(0)
  for (const hit of window.toSorted((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : placeOf(a) - placeOf(b)))) {
    const place = placeOf(hit)
    longest[place] = Math.max(longest[place] ?? 0, 1 + Math.max(0, ...longest.slice(0, place)))
  }
  return Math.max(0, ...longest)
}

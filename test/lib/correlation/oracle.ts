import type { Bounds } from '../../../lib/correlation/bounds.ts'
import type { Criterion, Term } from '../../../lib/correlation/criterion.ts'
import type { Hit } from '../../../lib/correlation/hit.ts'

type Quantity = Extract<Criterion, { kind: 'quantity' }>
type Measure = Extract<Criterion, { kind: 'measure' }>

/** docs/correlation.md, "When it fires", by trying every window and every combination: slow, and with no line in common with lib/.
 *  The hits that are points, each once, by time, id and rule. */
export function pointsByTrying(criterion: Criterion, hits: readonly Hit[], spanNs: bigint): readonly Hit[] {
  const named = onceEach(hits).filter(({ rule }) => rulesOf(criterion).includes(rule))
  return inOrder(named.filter((hit) => isPoint(criterion, hit, named, spanNs)))
}

/** The earliest point of each slot that has one, by slot. */
export function firingsByTrying(points: readonly Hit[], suppressNs: bigint): readonly { readonly slot: bigint; readonly hit: Hit }[] {
  const slots = [...new Set(points.map(({ timeNs }) => timeNs / suppressNs))].toSorted((a, b) => (a < b ? -1 : 1))
  return slots.flatMap((slot) =>
    inOrder(points.filter(({ timeNs }) => timeNs / suppressNs === slot))
      .slice(0, 1)
      .map((hit) => ({ slot, hit })),
  )
}

/** What tells one hit from another. */
export const keyOf = ({ id, rule, timeNs }: Hit): string => JSON.stringify([id, rule, String(timeNs)])

export const rulesOf = (criterion: Criterion): readonly string[] =>
  criterion.kind === 'terms' ? criterion.terms.flatMap(({ all, none }) => [...all, ...none.map(({ rule }) => rule)]) : criterion.rules

/** Whether a later arrival can take nothing back. */
export const isAtOnce = (criterion: Criterion): boolean =>
  criterion.kind === 'terms'
    ? criterion.terms.every(({ none }) => none.length === 0)
    : criterion.kind === 'quantity' && criterion.bounds.given.every(([operator]) => operator === 'gte' || operator === 'gt')

function isPoint(criterion: Criterion, hit: Hit, hits: readonly Hit[], spanNs: bigint): boolean {
  if (criterion.kind === 'terms') return criterion.terms.some((term) => comesTrue(term, criterion.ordered, hit, hits, spanNs))
  if (!isCounted(criterion, hit)) return false
  const ending = within(hits, hit.timeNs - spanNs, hit.timeNs)
  if (criterion.kind === 'measure') return holds(measureOf(criterion, ending), criterion.bounds)
  return holds(isAtOnce(criterion) ? quantityOf(criterion, ending) : largestAround(criterion, hit, hits, spanNs), criterion.bounds)
}

/** The largest quantity of any window of that length that holds the hit. */
function largestAround(criterion: Quantity, { timeNs }: Hit, hits: readonly Hit[], spanNs: bigint): number {
  const edges = [timeNs, ...hits.map((other) => other.timeNs)].flatMap((time) => [time, time - spanNs])
  const starts = edges.flatMap((edge) => [edge - 1n, edge, edge + 1n]).filter((start) => start <= timeNs && timeNs <= start + spanNs)
  return Math.max(...[...new Set(starts)].map((start) => quantityOf(criterion, within(hits, start, start + spanNs))))
}

function quantityOf(criterion: Quantity, window: readonly Hit[]): number {
  const { of, rules, fields } = criterion
  const counted = window.filter((hit) => isCounted(criterion, hit))
  if (of === 'hits') return new Set(counted.map(({ id }) => id)).size
  if (of === 'rules') return new Set(counted.map(({ rule }) => rule)).size
  if (of === 'order') return longestChain(rules, counted)
  if (of === 'values') return new Set(counted.map(({ values }) => JSON.stringify(fields.map((field) => values[field])))).size
  return numbersOfIdentities(counted, fields[0] ?? '').reduce((sum, number) => sum + number, 0)
}

function measureOf({ of, field, percentile }: Measure, window: readonly Hit[]): number {
  const counted = window.filter(({ values }) => numberOf(values[field]) !== undefined)
  const sorted = numbersOfIdentities(counted, field).toSorted((a, b) => a - b)
  const at = (place: number): number => sorted[place - 1] ?? Number.NaN
  if (of === 'avg') return sorted.reduce((sum, number) => sum + number, 0) / sorted.length
  if (of === 'percentile') return at(Math.ceil((percentile * sorted.length) / 100))
  return sorted.length % 2 === 1 ? at((sorted.length + 1) / 2) : (at(sorted.length / 2) + at(sorted.length / 2 + 1)) / 2
}

/** A hit that lacks the field (or whose number is passed over) is not counted, and so is not itself a point. */
function isCounted(criterion: Quantity | Measure, { values }: Hit): boolean {
  if (criterion.kind === 'measure') return numberOf(values[criterion.field]) !== undefined
  if (criterion.of === 'sum') return criterion.fields.every((field) => (numberOf(values[field]) ?? -1) >= 0)
  return criterion.of !== 'values' || criterion.fields.every((field) => values[field] !== undefined)
}

/** The most rules that can be found in their order. */
function longestChain(rules: readonly string[], hits: readonly Hit[]): number {
  return Math.max(...someOf(rules).map((some) => (combinations(some, hits).some(isInOrder) ? some.length : 0)))
}

function comesTrue({ all, none }: Term, ordered: boolean, hit: Hit, hits: readonly Hit[], spanNs: bigint): boolean {
  const wanted = combinations(all, hits).filter(
    (some) =>
      spanOf(some) <= spanNs &&
      some.includes(hit) &&
      (ordered ? isChain(some) && some.at(-1) === hit : some.every(({ timeNs }) => timeNs <= hit.timeNs)),
  )
  return wanted.some((some) => !none.some(({ rule, after }) => hits.some((other) => other.rule === rule && couldJoin(other, some, after))))

  function couldJoin(other: Hit, some: readonly Hit[], after: number): boolean {
    if (spanOf([...some, other]) > spanNs) return false
    return !ordered || isInOrder([...some.slice(0, after), other, ...some.slice(after)])
  }
}

/** One hit of each rule, in every way. */
function combinations(rules: readonly string[], hits: readonly Hit[]): readonly (readonly Hit[])[] {
  return rules.reduce<readonly (readonly Hit[])[]>(
    (found, rule) => found.flatMap((some) => hits.filter((hit) => hit.rule === rule).map((hit) => [...some, hit])),
    [[]],
  )
}

/** Every way to leave some out and keep the others in order. */
const someOf = (rules: readonly string[]): readonly (readonly string[])[] =>
  rules.reduce<readonly (readonly string[])[]>((found, rule) => found.flatMap((some) => [some, [...some, rule]]), [[]])

const isChain = (hits: readonly Hit[]): boolean => isInOrder(hits) && new Set(hits.map(({ id }) => id)).size === hits.length

const isInOrder = (hits: readonly Hit[]): boolean =>
  hits.every((hit, index) => hits.slice(0, index).every((earlier) => earlier.timeNs <= hit.timeNs))

function spanOf(hits: readonly Hit[]): bigint {
  const times = hits.map(({ timeNs }) => timeNs).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return (times.at(-1) ?? 0n) - (times[0] ?? 0n)
}

const within = (hits: readonly Hit[], from: bigint, to: bigint): readonly Hit[] =>
  hits.filter(({ timeNs }) => from <= timeNs && timeNs <= to)

const onceEach = (hits: readonly Hit[]): readonly Hit[] => [...new Map(hits.map((hit) => [keyOf(hit), hit])).values()]

/** Of the hits with one id the largest number. */
function numbersOfIdentities(hits: readonly Hit[], field: string): readonly number[] {
  return [...Map.groupBy(hits, ({ id }) => id).values()].map((some) => Math.max(...numbersOf(some, field)))
}

function inOrder(hits: readonly Hit[]): readonly Hit[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return hits.toSorted((a, b) => Number(a.timeNs - b.timeNs) || compare(a.id, b.id) || compare(a.rule, b.rule))
}

const numbersOf = (hits: readonly Hit[], field: string): readonly number[] => hits.flatMap(({ values }) => numberOf(values[field]) ?? [])

/** A number, or a text that writes one in decimal digits. */
function numberOf(value: string | number | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return value !== undefined && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

function holds(value: number, { given }: Bounds): boolean {
  if (Number.isNaN(value)) return false
  return given.every(([operator, bound]) => {
    const wanted = { gte: ['=', '>'], gt: ['>'], lte: ['=', '<'], lt: ['<'], eq: ['='], neq: ['<', '>'] }[operator]
    return wanted.includes(value === bound ? '=' : value < bound ? '<' : '>')
  })
}

import { satisfies } from './bounds.ts'
import type { Criterion } from './criterion.ts'
import { decisionOf } from './criterion.ts'
import { byTime, type Hit } from './hit.ts'
import { countable, measureOf } from './quantity.ts'
import { termWitness } from './terms.ts'
import { firstNotBefore } from './time.ts'
import { largestWindows, type Window, windowsEndingWith } from './windows.ts'

/** One point, and the hits that make it one (the point's own among them). */
export type Point = { readonly hit: Hit; readonly witness: readonly Hit[] }

/** Both edges are included. */
export type Times = { readonly from: bigint; readonly to: bigint }

/** All points among the hits of one group, or those at these times alone; hits in any order, points by time. `spanNs`: the timespan. Pure.
 *  What a point is: docs/correlation.md, "When it fires". */
export function pointsOf(criterion: Criterion, hits: readonly Hit[], spanNs: bigint, times?: Times): readonly Point[] {
  const sorted = withoutRepeats(countable(criterion, hits))
  const isAsked = ({ timeNs }: Hit): boolean => !times || (timeNs >= times.from && timeNs <= times.to)
  const witnessOf = witnesses(criterion, sorted, spanNs)
  return sorted.flatMap((hit, at) => {
    const witness = isAsked(hit) ? witnessOf(hit, at) : undefined
    return witness ? [{ hit, witness }] : []
  })
}

export type Firing = { readonly slot: bigint; readonly point: Point }

/** One firing for each slot of `suppressNs` that has a point: that of its earliest point. */
export function firingsOf(points: readonly Point[], suppressNs: bigint): readonly Firing[] {
  const bySlot = new Map<bigint, Firing>()
  for (const point of points.toSorted((a, b) => byTime(a.hit, b.hit))) {
    const slot = point.hit.timeNs / suppressNs
    if (!bySlot.has(slot)) bySlot.set(slot, { slot, point })
  }
  return [...bySlot.values()]
}

/** What makes each of the sorted hits a point; undefined: it is none. */
function witnesses(criterion: Criterion, sorted: readonly Hit[], spanNs: bigint): (hit: Hit, at: number) => readonly Hit[] | undefined {
  if (criterion.kind === 'terms') {
    return (last) => termWitness(criterion, { last, around: between(sorted, last.timeNs - spanNs, last.timeNs + spanNs), spanNs })
  }
  if (criterion.kind === 'measure') {
    return ({ timeNs }) => {
      const before = between(sorted, timeNs - spanNs, timeNs)
      return satisfies(measureOf(criterion, before), criterion.bounds) ? before : undefined
    }
  }
  const windows = (decisionOf(criterion) === 'at_once' ? windowsEndingWith : largestWindows)(criterion, sorted, spanNs)
  return (_, at) => {
    const { from, to, quantity } = windows[at] as Window
    return satisfies(quantity, criterion.bounds) ? sorted.slice(from, to) : undefined
  }
}

/** By time; the same hit that was given twice is there once. */
function withoutRepeats(hits: readonly Hit[]): readonly Hit[] {
  const sorted = hits.toSorted(byTime)
  return sorted.filter((hit, at) => {
    const before = sorted[at - 1]
    return before === undefined || byTime(before, hit) !== 0
  })
}

/** The part of sorted hits between two times, both included. */
function between(sorted: readonly Hit[], from: bigint, to: bigint): readonly Hit[] {
  const timeOf = ({ timeNs }: Hit): bigint => timeNs
  return sorted.slice(firstNotBefore(sorted, timeOf, from), firstNotBefore(sorted, timeOf, to + 1n))
}

import type { Evidence } from '../detection/evidence.ts'

/** By time, then by id. */
export function byTime(a: Evidence, b: Evidence): number {
  const [left, right] = [BigInt(a.timeNs), BigInt(b.timeNs)]
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Of a story that has more evidence than is kept: its beginning, and the worst of it wherever that came. The same, whatever the order. */
export function mostTelling(evidence: readonly Evidence[], cap: number): readonly Evidence[] {
  const sorted = evidence.toSorted(byTime)
  const worst = sorted.toSorted((a, b) => b.severity - a.severity || byTime(a, b))[0]
  const earliest = sorted.slice(0, cap - 1)
  if (sorted.length < cap || !worst || earliest.includes(worst)) return sorted.slice(0, cap - 1)
  return [...earliest, worst]
}

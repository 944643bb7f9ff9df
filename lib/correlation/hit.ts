import type { Evidence } from '../detection/evidence.ts'

/** One event that a correlation looks at: a detection, or a point of another correlation. `rule`: the reference that it is a hit of, as
 *  correlation.ts made it. Of a correlation's points several have one `id`, their firing's. `values`: of the fields that are needed. */
export type Hit = {
  readonly id: string
  readonly rule: string
  readonly timeNs: bigint
  readonly values: Readonly<Record<string, string | number>>
  readonly evidence?: Evidence
}

/** By time, then by id, rule and values: the same order whatever order they came in. */
export function byTime(a: Hit, b: Hit): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1
  if (a.id !== b.id) return a.id < b.id ? -1 : 1
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1
  const [left, right] = [placeOf(a), placeOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** What tells hits apart: of a firing's points at one time their values too. */
export function placeOf({ timeNs, id, rule, values }: Hit): string {
  const place = `${timeNs} ${id} ${rule}`
  return rule.startsWith('correlation/') ? `${place} ${JSON.stringify(Object.entries(values).sort())}` : place
}

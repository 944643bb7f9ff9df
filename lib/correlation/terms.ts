import type { Criterion, Term } from './criterion.ts'
import type { Hit } from './hit.ts'

/** `around`: the hits, sorted by time, that are within the timespan of `last`, on both sides. */
type Search = { readonly last: Hit; readonly around: readonly Hit[]; readonly spanNs: bigint }

/** The hits with which `last` makes one of the terms true, itself the last of them; undefined: it makes none true. */
export function termWitness({ ordered, terms }: Criterion & { kind: 'terms' }, search: Search): readonly Hit[] | undefined {
  for (const term of terms) {
    const found = ordered ? chainTo(term, search) : setWith(term, search)
    if (found) return found
  }
  return undefined
}

/** A set that begins as early as possible leaves the least room for an unwanted hit: so that one decides. */
function setWith({ all, none }: Term, { last, around, spanNs }: Search): readonly Hit[] | undefined {
  if (!all.includes(last.rule)) return undefined
  const others = [...new Set(all)].filter((rule) => rule !== last.rule)
  const before = around.filter(({ timeNs }) => timeNs <= last.timeNs)
  const earliest = others.map((rule) => before.find((hit) => hit.rule === rule))
  const nearest = others.map((rule) => before.findLast((hit) => hit.rule === rule))
  const first = earliest.reduce((a, b) => (a && b && b.timeNs < a.timeNs ? b : a && b ? a : undefined), last as Hit | undefined)
  if (!first) return undefined
  const unwanted = new Set(none.map(({ rule }) => rule))
  const couldJoin = ({ rule, timeNs }: Hit): boolean => unwanted.has(rule) && timeNs <= first.timeNs + spanNs
  if (around.some(couldJoin)) return undefined
  return [...nearest.flatMap((hit) => (hit && hit.rule !== first.rule ? [hit] : [])), ...(first === last ? [] : [first]), last]
}

/** A chain of different detections, one for each rule in order, that ends with `last`. Searched from the end backwards; what failed once for a
 *  place and a hit, and not because a detection was in use, fails again. */
function chainTo({ all, none }: Term, { last, around, spanNs }: Search): readonly Hit[] | undefined {
  if (all.at(-1) !== last.rule) return undefined
  const before = around.filter(({ timeNs }) => timeNs <= last.timeNs)
  const isClear = (after: number, from: bigint, to: bigint): boolean => {
    const unwanted = none.filter((one) => one.after === after).map(({ rule }) => rule)
    return unwanted.length === 0 || !around.some(({ rule, timeNs }) => unwanted.includes(rule) && timeNs >= from && timeNs <= to)
  }
  const failed = new Set<string>()

  /** The chain from its beginning to `hit`, which stands at `place`; `tail`: what follows it. */
  const reach = (hit: Hit, place: number, tail: readonly Hit[]): { readonly chain?: readonly Hit[]; readonly inUse: boolean } => {
    const chain = [hit, ...tail]
    if (place === 0) {
      const isFree = isClear(0, last.timeNs - spanNs, hit.timeNs) && isClear(all.length, last.timeNs, hit.timeNs + spanNs)
      return isFree ? { chain, inUse: false } : { inUse: false }
    }
    let inUse = false
    for (const earlier of before.toReversed()) {
      if (earlier.rule !== all[place - 1] || earlier.timeNs > hit.timeNs) continue
      if (chain.some(({ id }) => id === earlier.id)) {
        inUse = true
        continue
      }
      const key = `${place - 1} ${earlier.timeNs} ${earlier.id}`
      if (failed.has(key) || !isClear(place, earlier.timeNs, hit.timeNs)) continue
      const result = reach(earlier, place - 1, chain)
      if (result.chain) return result
      if (result.inUse) inUse = true
      else failed.add(key)
    }
    return { inUse }
  }
  return reach(last, all.length - 1, []).chain
}

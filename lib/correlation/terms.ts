import type { Criterion, Term } from './criterion.ts'
import type { Hit } from './hit.ts'
import { firstNotBefore } from './time.ts'

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

/** Where a detection is a hit of several of the rules, the search can branch: it is given up after so many steps, as not found. */
const MOST_STEPS = 50_000

/** A chain of different detections, one for each rule in order, that ends with `last`. Searched from the end backwards, hits of one rule always from the
 *  later to the earlier; what failed once for a place and a hit, and not because a detection was in use, fails again. */
function chainTo({ all, none }: Term, { last, around, spanNs }: Search): readonly Hit[] | undefined {
  if (all.at(-1) !== last.rule) return undefined
  const ofRule = Map.groupBy(
    around.filter(({ timeNs }) => timeNs <= last.timeNs),
    ({ rule }) => rule,
  )
  const unwanted = all.map((_, after) => unwantedTimes(none, after, around)).concat([unwantedTimes(none, all.length, around)])
  const isClear = (after: number, from: bigint, to: bigint): boolean => !hasBetween(unwanted[after] ?? [], from, to)
  const failed = new Set<string>()
  let steps = 0

  /** The chain from its beginning to `hit`, which stands at `place`; `tail`: what follows it. */
  const reach = (hit: Hit, place: number, tail: readonly Hit[]): { readonly chain?: readonly Hit[]; readonly inUse: boolean } => {
    const chain = [hit, ...tail]
    if (place === 0) {
      const isFree = isClear(0, last.timeNs - spanNs, hit.timeNs) && isClear(all.length, last.timeNs, hit.timeNs + spanNs)
      return isFree ? { chain, inUse: false } : { inUse: false }
    }
    const rule = all[place - 1] ?? ''
    const candidates = ofRule.get(rule) ?? []
    // Those of one rule can stand in their own order; the last is where it is.
    const sameLater = chain.slice(0, -1).find((one) => one.rule === rule)
    const end = sameLater ? candidates.indexOf(sameLater) : candidates.length
    let inUse = false
    for (let at = candidates.length - 1; at >= 0; at--) {
      const earlier = candidates[at]
      if (!earlier || ++steps > MOST_STEPS) break
      if (earlier.timeNs > hit.timeNs || earlier === hit || earlier === last) continue
      if (at >= end || chain.some(({ id }) => id === earlier.id)) {
        inUse = true
        continue
      }
      const key = `${place - 1} ${at}`
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

function unwantedTimes(none: Term['none'], after: number, around: readonly Hit[]): readonly bigint[] {
  const rules = none.filter((one) => one.after === after).map(({ rule }) => rule)
  return rules.length === 0 ? [] : around.filter(({ rule }) => rules.includes(rule)).map(({ timeNs }) => timeNs)
}

/** Whether any of the sorted times is between two, both included. */
function hasBetween(times: readonly bigint[], from: bigint, to: bigint): boolean {
  const first = times[firstNotBefore(times, (time) => time, from)]
  return first !== undefined && first <= to
}

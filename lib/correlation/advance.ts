import { contentId } from '../detection/id.ts'
import { groupIn } from './group.ts'
import { byTime, type Hit, placeOf } from './hit.ts'
import type { LinkedCorrelation } from './linked.ts'
import { firingsOf, type Point, pointsOf, type Times } from './points.ts'
import type { CorrelationSet } from './set.ts'
import { type About, joinHits, type KeptHit } from './state.ts'
import type { Stream } from './stream.ts'
import { earliestOf, latestOf, SECOND_NS } from './time.ts'

/** A correlation that came true for a group. `id` is a function of correlation, group and slot. `hits`: what made it true, by time. */
export type Fired = {
  readonly id: string
  readonly correlation: LinkedCorrelation
  readonly group: readonly string[]
  readonly slot: bigint
  readonly hits: readonly Hit[]
  /** Of what the first hit of the group told. */
  readonly about?: About
}

/** The points at these times are to be decided at `atMs`, and not before. */
export type ToDecide = { readonly title: string; readonly group: readonly string[]; readonly times: Times; readonly atMs: number }

export type HitOfStream = { readonly stream: Stream; readonly group: readonly string[]; readonly hit: KeptHit }

/** What a group has come to. `news`: the fresh hits, and the points that are hits here. `elsewhere`: points that are hits of other groups. */
export type Advanced = {
  readonly news: readonly KeptHit[]
  readonly hits: readonly KeptHit[]
  readonly isChanged: boolean
  readonly isCut: boolean
  readonly fired: readonly Fired[]
  readonly elsewhere: readonly HitOfStream[]
}

/** What comes to one group: fresh hits, and decisions that are due. */
export type News = {
  readonly fresh: readonly KeptHit[]
  readonly due: readonly { readonly correlation: LinkedCorrelation; readonly times: Times }[]
}

type Place = { readonly stream: Stream; readonly group: readonly string[]; readonly set: CorrelationSet; readonly nowS: number }

/** Evaluates a group with its news: what can be decided at once around the fresh hits, and what is due. Those that name no other come first, and
 *  their points are hits for those that name them. Pure; done again with the same news it gives the same. */
export function advanceGroup(present: readonly KeptHit[], { fresh, due }: News, { stream, group, set, nowS }: Place): Advanced {
  let joined = joinHits(present, fresh, stream, nowS)
  const news = [...fresh]
  const fired: Fired[] = []
  const elsewhere: HitOfStream[] = []
  for (const correlation of stream.correlations) {
    const asked = [
      ...(correlation.decision === 'at_once' ? timesAfter(news, correlation) : []),
      ...due.filter((one) => one.correlation === correlation).map(({ times }) => times),
    ]
    // On all there is, before it is cut down to what is kept: what comes later sees no more of it than that.
    const found = asked.flatMap((times) => pointsOf(correlation.criterion, joined.all, correlation.spanNs, times))
    if (found.length === 0) continue
    const points = [...new Map(found.map((point) => [placeOf(point.hit), point])).values()]
    fired.push(...firingsOf(points, correlation.suppressNs).map(({ slot, point }) => firing(correlation, { group, slot, point })))
    const hits = points.flatMap((point) => hitsOfPoint(point, { correlation, group, set, nowS }))
    elsewhere.push(...hits.filter((one) => !isHere(one, stream, group)))
    const here = hits.filter((one) => isHere(one, stream, group)).map(({ hit }) => hit)
    if (here.length === 0) continue
    news.push(...here)
    joined = joinHits(present, news, stream, nowS)
  }
  const { hits, isChanged, isCut } = joined
  return { news, hits, isChanged, isCut, fired, elsewhere }
}

/** What has to wait, around the fresh hits. A minute's hits are decided together. What comes later than it may is decided again with all that it
 *  can have changed. */
export function decisionsFor(fresh: readonly KeptHit[], { stream, group, nowS }: Omit<Place, 'set'>): readonly ToDecide[] {
  const waiting = stream.correlations.filter(({ decision }) => decision !== 'at_once')
  const found = waiting.flatMap((correlation) => fresh.flatMap((hit) => timesToDecide(hit, correlation, nowS)))
  const byPlace = new Map(found.map((one) => [`${one.title} ${one.times.from} ${one.times.to} ${one.atMs}`, { ...one, group }]))
  return [...byPlace.values()]
}

const MINUTE_NS = 60n * SECOND_NS

function timesToDecide({ rule, timeNs }: Hit, correlation: LinkedCorrelation, nowS: number): readonly Omit<ToDecide, 'group'>[] {
  const { title, rules, spanNs, latenessNs, settleNs } = correlation
  if (!rules.includes(rule)) return []
  const nowNs = BigInt(nowS) * SECOND_NS
  const from = timeNs - (timeNs % MINUTE_NS)
  const ofMinute = { title, times: { from, to: from + MINUTE_NS - 1n }, atMs: wholeMinute(from + MINUTE_NS + settleNs) }
  if (nowNs <= timeNs + latenessNs) return isWanted(rule, correlation) ? [ofMinute] : []
  const earliest = timeNs > spanNs ? timeNs - spanNs : 0n
  const latest = timeNs + spanNs
  const around = { from: earliest - (earliest % MINUTE_NS), to: latest - (latest % MINUTE_NS) + MINUTE_NS - 1n }
  const atNs = (latestOf([nowNs, latest]) ?? nowNs) + settleNs - spanNs + latenessNs
  return [{ title, times: around, atMs: wholeMinute(atNs) }]
}

/** Whether a hit of the rule can be a point itself, and not only keep others from it. */
function isWanted(rule: string, { criterion }: LinkedCorrelation): boolean {
  return criterion.kind !== 'terms' || criterion.terms.some(({ all }) => all.includes(rule))
}

function wholeMinute(timeNs: bigint): number {
  return Number((timeNs + MINUTE_NS - 1n) / MINUTE_NS) * 60_000
}

/** Where fresh hits can have made points: from the first of them to a timespan after the last. */
function timesAfter(fresh: readonly Hit[], { rules, spanNs }: LinkedCorrelation): readonly Times[] {
  const times = fresh.filter(({ rule }) => rules.includes(rule)).map(({ timeNs }) => timeNs)
  const [from, to] = [earliestOf(times), latestOf(times)]
  return from === undefined || to === undefined ? [] : [{ from, to: to + spanNs }]
}

function firing(correlation: LinkedCorrelation, { group, slot, point }: { group: readonly string[]; slot: bigint; point: Point }): Fired {
  return { id: firingId(correlation, group, slot), correlation, group, slot, hits: point.witness.toSorted(byTime) }
}

function firingId({ title }: LinkedCorrelation, group: readonly string[], slot: bigint): string {
  return contentId('firing', title, group, String(slot)).slice(0, 16)
}

function hitsOfPoint(
  { hit }: Point,
  { correlation, group, set, nowS }: Omit<Place, 'stream'> & { correlation: LinkedCorrelation },
): readonly HitOfStream[] {
  const { key, suppressNs } = correlation
  return set.streamsOf(key).flatMap((stream) => {
    const fields = stream.keeps.get(key)?.fields ?? []
    const there = groupIn((name) => hit.values[name], key, stream)
    if (!there) return []
    const values = Object.fromEntries(fields.flatMap((name) => (hit.values[name] === undefined ? [] : [[name, hit.values[name]]])))
    const id = firingId(correlation, group, hit.timeNs / suppressNs)
    return [{ stream, group: there, hit: { ...hit, id, rule: key, values, arrivedS: nowS } }]
  })
}

function isHere(one: HitOfStream, stream: Stream, group: readonly string[]): boolean {
  return one.stream === stream && one.group.length === group.length && one.group.every((value, at) => value === group[at])
}

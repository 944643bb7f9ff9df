import * as z from 'zod'
import { Evidence } from '../detection/evidence.ts'
import { byTime, type Hit, placeOf } from './hit.ts'
import type { Keep, Stream } from './stream.ts'
import { SECOND_NS } from './time.ts'

/** A hit with the Unix second of its arrival. */
export type KeptHit = Hit & { readonly arrivedS: number }

const StoredHit = z.tuple([
  z.number().int(), // the rule's place in `rules`
  z.string(), // nanoseconds
  z.string(),
  z.number().int(), // seconds from its time to its arrival
  z.record(z.string(), z.union([z.string(), z.number()])),
  Evidence.nullable(),
])
const StoredAbout = z.object({
  cluster: z.string(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
  workload: z.string().optional(),
  containerId: z.string().optional(),
  node: z.string().optional(),
})
/** What is kept of one group of a stream: the item's data. */
export const StoredState = z.object({
  group: z.array(z.string()),
  about: StoredAbout.optional(),
  rules: z.array(z.string()),
  hits: z.array(StoredHit),
})
export type StoredState = z.infer<typeof StoredState>

/** DynamoDB takes 400 KB. */
export const MAX_STATE_BYTES = 300 * 1024
/** Of so many of each end of a slot it is kept what they showed, for the incident. */
const SHOWN = 3

export function hitsIn({ rules, hits }: StoredState): readonly KeptHit[] {
  return hits.map(([rule, timeNs, id, late, values, evidence]) => ({
    id,
    rule: rules[rule] ?? '',
    timeNs: BigInt(timeNs),
    values,
    arrivedS: Number(BigInt(timeNs) / SECOND_NS) + late,
    ...(evidence ? { evidence } : {}),
  }))
}

export function storedState(group: readonly string[], hits: readonly KeptHit[], about?: About): StoredState {
  const rules = [...new Set(hits.map(({ rule }) => rule))].sort()
  return {
    group: [...group],
    ...(about ? { about } : {}),
    rules,
    hits: hits.map(({ id, rule, timeNs, values, arrivedS, evidence }) => [
      rules.indexOf(rule),
      String(timeNs),
      id,
      arrivedS - Number(timeNs / SECOND_NS),
      { ...values },
      evidence ?? null,
    ]),
  }
}

/** What a hit is about, of a group that is about one workload: kept once, since the hits lose what they showed. */
export type About = z.infer<typeof StoredAbout>

export type Joined = {
  readonly all: readonly KeptHit[]
  readonly hits: readonly KeptHit[]
  readonly isChanged: boolean
  readonly isCut: boolean
}

/** What is known with the fresh hits. The same whatever the order in which hits come and however often: what is kept is a function of all that
 *  ever came and has not run out. `all`: before it was cut down to what is kept. `isChanged`: there is something to write. `isCut`: it was too much, and the oldest slots were forgotten. */
export function joinHits(present: readonly KeptHit[], fresh: readonly KeptHit[], stream: Stream, nowS: number): Joined {
  const byPlace = new Map<string, KeptHit>()
  for (const hit of [...present, ...fresh]) {
    const place = placeOf(hit)
    const other = byPlace.get(place)
    if (!other || other.arrivedS < hit.arrivedS) byPlace.set(place, hit)
  }
  const alive = [...byPlace.values()].filter((hit) => nowS < expiryOf(hit, stream)).sort(byTime)
  const kept = [...Map.groupBy(alive, ({ rule }) => rule)].flatMap(([rule, hits]) => {
    const keep = stream.keeps.get(rule)
    return keep ? thinned(hits, keep) : [] // a rule that no correlation names any more
  })
  const sorted = kept.sort(byTime)
  const fits = withinSize(sorted)
  const before = new Map(present.map((hit) => [placeOf(hit), hit.arrivedS]))
  const isChanged = fits.some((hit) => before.get(placeOf(hit)) !== hit.arrivedS)
  return { all: alive, hits: fits, isChanged, isCut: fits.length < sorted.length }
}

/** Unix seconds until which a hit counts. */
export function expiryOf({ timeNs, arrivedS }: KeptHit, { keepSeconds }: Stream): number {
  return Math.max(Number(timeNs / SECOND_NS), arrivedS) + keepSeconds
}

/** A rule's hits, each slot cut down to what can still matter, and told in full only at its ends. */
function thinned(hits: readonly KeptHit[], keep: Keep): readonly KeptHit[] {
  return [...Map.groupBy(hits, ({ timeNs }) => timeNs / keep.slotNs).values()].flatMap((slot) => {
    const kept = slot.length <= keep.ends ? slot : slot.filter(keptIn(slot, keep))
    const shown = new Set([...kept.slice(0, SHOWN), ...kept.slice(-SHOWN)])
    return kept.map((hit) => (shown.has(hit) || hit.evidence === undefined ? hit : withoutEvidence(hit)))
  })
}

function keptIn(slot: readonly KeptHit[], { ends, ids, values }: Keep): (hit: KeptHit) => boolean {
  const kept = new Set([...slot.slice(0, ends), ...slot.slice(-ends)])
  const different = (keyOf: (hit: KeptHit) => string, most: number): void => {
    for (const hit of [...firstOfEach(slot, keyOf, most), ...firstOfEach(slot.toReversed(), keyOf, most)]) kept.add(hit)
  }
  if (ids > 0) different(({ id }) => id, ids)
  for (const { fields, most } of values) {
    const complete = slot.filter((hit) => fields.every((field) => hit.values[field] !== undefined))
    const keyOf = (hit: KeptHit) => JSON.stringify(fields.map((field) => hit.values[field]))
    for (const hit of [...firstOfEach(complete, keyOf, most), ...firstOfEach(complete.toReversed(), keyOf, most)]) kept.add(hit)
  }
  return (hit) => kept.has(hit)
}

/** The first hit of each of the first `most` different keys. */
function firstOfEach(hits: readonly KeptHit[], keyOf: (hit: KeptHit) => string, most: number): readonly KeptHit[] {
  const found = new Map<string, KeptHit>()
  for (const hit of hits) {
    if (found.size === most) break
    const key = keyOf(hit)
    if (!found.has(key)) found.set(key, hit)
  }
  return [...found.values()]
}

function withoutEvidence({ evidence, ...hit }: KeptHit): KeptHit {
  return hit
}

/** The newest hits that take at most 300 KiB together. What they showed goes before any of them. */
function withinSize(hits: readonly KeptHit[]): readonly KeptHit[] {
  if (sizeOf(hits) <= MAX_STATE_BYTES) return hits
  const bare = hits.map(withoutEvidence)
  let bytes = 0
  let from = bare.length
  for (let at = bare.length - 1; at >= 0; at--) {
    bytes += sizeOf(bare.slice(at, at + 1))
    if (bytes > MAX_STATE_BYTES) break
    from = at
  }
  return bare.slice(from)
}

function sizeOf(hits: readonly KeptHit[]): number {
  return hits.reduce((bytes, { id, values, evidence }) => bytes + 64 + id.length + textBytes(values) + textBytes(evidence), 0)
}

function textBytes(value: object | undefined): number {
  return value === undefined ? 4 : Buffer.byteLength(JSON.stringify(value))
}

import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { inParallel } from '../parallel.ts'
import type { Clock } from '../port/log.ts'
import { type Store, update } from '../port/store.ts'
import { type Advanced, advanceGroup, decisionsFor, type Fired, type HitOfStream, type News, type ToDecide } from './advance.ts'
import { hitOf } from './group.ts'
import type { RuleKey } from './linked.ts'
import type { CorrelationSet } from './set.ts'
import { hitsIn, type KeptHit, StoredState, storedState } from './state.ts'
import type { Stream } from './stream.ts'

export type CorrelatePorts = { readonly store: Store; readonly clock: Clock }

/** A detection, and what it is a hit of. */
export type Keyed = { readonly detection: Detection; readonly keys: readonly RuleKey[] }

/** What came of it. `failed`: what went wrong with one group, and its fresh hits, the others being done. `cut`: groups of which the oldest was
 *  forgotten. `unkept`: groups that were more than is taken at once, the least severe, and were not looked at. */
export type Correlated = {
  readonly fired: readonly Fired[]
  readonly toDecide: readonly ToDecide[]
  readonly failed: readonly { readonly error: unknown; readonly hits: readonly KeptHit[] }[]
  readonly cut: number
  readonly unkept: number
}

/** Groups that are read and written at the same time. */
const AT_ONCE = 16
/** Groups of one batch: an attacker can make up as many as it has detections. */
export const MOST_GROUPS = 1000

type Group = {
  readonly stream: Stream
  readonly values: readonly string[]
  readonly news: { fresh: News['fresh'][number][]; due: News['due'][number][] }
}

/** Keeps the detections as hits of the correlations that name their rules, and evaluates the groups that they are in. One read and one write a group,
 *  16 groups at a time, then the same for what the correlations that came true are hits of, at most 10 times. Done again it gives the same. */
export function correlate(detections: readonly Keyed[], set: CorrelationSet, ports: CorrelatePorts): Promise<Correlated> {
  const hits = detections.flatMap(({ detection, keys }) =>
    keys.flatMap((rule) =>
      set.streamsOf(rule).flatMap((stream): HitOfStream[] => {
        const found = hitOf(detection, rule, stream)
        return found ? [{ stream, ...found }] : []
      }),
    ),
  )
  return advanceAll(groupsOf(hits), set, ports)
}

/** Decides what has come due. A correlation that there is no more has no decisions. */
export function decide(due: readonly Omit<ToDecide, 'atMs'>[], set: CorrelationSet, ports: CorrelatePorts): Promise<Correlated> {
  const groups = new Map<string, Group>()
  for (const { title, group, times } of due) {
    const correlation = set.byTitle.get(title)
    const stream = correlation && set.streamOf(correlation)
    if (stream) groupAt(groups, stream, group).news.due.push({ correlation, times })
  }
  return advanceAll(groups, set, ports)
}

async function advanceAll(first: ReadonlyMap<string, Group>, set: CorrelationSet, ports: CorrelatePorts): Promise<Correlated> {
  const fired: Fired[] = []
  const toDecide: ToDecide[] = []
  const failed: Correlated['failed'][number][] = []
  let cut = 0
  let unkept = 0
  for (let groups = first; groups.size > 0; ) {
    const taken = [...groups.values()].toSorted((a, b) => severityOf(b) - severityOf(a)).slice(0, MOST_GROUPS)
    unkept += groups.size - taken.length
    const advanced = await inParallel(taken, AT_ONCE, (group) =>
      advance(group, set, ports).catch((error: unknown) => void failed.push({ error, hits: group.news.fresh })),
    )
    const elsewhere = advanced.flatMap((one) => one?.elsewhere ?? [])
    for (const one of advanced) {
      if (!one) continue
      fired.push(...one.fired)
      toDecide.push(...one.toDecide)
      if (one.isCut) cut += 1
    }
    groups = groupsOf(elsewhere)
  }
  return { fired: [...new Map(fired.map((one) => [one.id, one])).values()], toDecide, failed, cut, unkept }
}

async function advance(
  { stream, values, news }: Group,
  set: CorrelationSet,
  { store, clock }: CorrelatePorts,
): Promise<Advanced & { readonly toDecide: readonly ToDecide[] }> {
  const nowS = Math.floor(clock() / 1000)
  const place = { stream, group: values, set, nowS }
  let result: Advanced | undefined
  const key = { pk: `stream#${contentId(stream.key, values).slice(0, 32)}`, sk: 'state', expires: nowS + stream.keepSeconds + 3600 }
  await update(store, key, StoredState, (present) => {
    result = advanceGroup(present ? hitsIn(present) : [], news, place)
    return result.isChanged ? storedState(values, result.hits) : undefined
  })
  if (!result) throw new Error('a group was not evaluated')
  return { ...result, toDecide: decisionsFor(result.news, place) }
}

function severityOf({ news: { fresh, due } }: Group): number {
  return due.length > 0 ? 5 : Math.max(0, ...fresh.map(({ evidence }) => evidence?.severity ?? 0))
}

function groupsOf(hits: readonly HitOfStream[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const { stream, group, hit } of hits) groupAt(groups, stream, group).news.fresh.push(hit)
  return groups
}

function groupAt(groups: Map<string, Group>, stream: Stream, values: readonly string[]): Group {
  const key = JSON.stringify([stream.key, values])
  const group = groups.get(key) ?? { stream, values, news: { fresh: [], due: [] } }
  groups.set(key, group)
  return group
}

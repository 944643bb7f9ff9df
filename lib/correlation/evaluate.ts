import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { inParallel } from '../parallel.ts'
import type { Clock } from '../port/log.ts'
import { type Item, type ItemKey, type Store, update } from '../port/store.ts'
import { type Advanced, advanceGroup, decisionsFor, type Fired, type HitOfStream, type News, type ToDecide } from './advance.ts'
import { hitOf } from './group.ts'
import type { RuleKey } from './linked.ts'
import type { CorrelationSet } from './set.ts'
import { type About, hitsIn, type KeptHit, StoredState, storedState } from './state.ts'
import type { Stream } from './stream.ts'

export type CorrelatePorts = { readonly store: Store; readonly clock: Clock }

/** A detection, and what it is a hit of. */
export type Keyed = { readonly detection: Detection; readonly keys: readonly RuleKey[] }

/** What came of it. `failed`: what went wrong with one group, and its fresh hits, the others being done. `cut`: groups of which the oldest was
 *  forgotten. */
export type Correlated = {
  readonly fired: readonly Fired[]
  readonly toDecide: readonly ToDecide[]
  readonly failed: readonly { readonly error: unknown; readonly hits: readonly KeptHit[] }[]
  readonly cut: number
}

/** Groups that are read and written at the same time. */
const AT_ONCE = 32
type Group = {
  readonly stream: Stream
  readonly values: readonly string[]
  readonly news: { fresh: News['fresh'][number][]; due: News['due'][number][] }
}

/** Keeps the detections as hits of the correlations that name their rules, and evaluates the groups that they are in. One read for all the
 *  groups and one write each, 32 at a time, then the same for what the correlations that came true are hits of, at most 10 times. Done again it gives the same. */
export function correlate(detections: readonly Keyed[], set: CorrelationSet, ports: CorrelatePorts): Promise<Correlated> {
  const nowS = Math.floor(ports.clock() / 1000)
  const hits = detections.flatMap(({ detection, keys }) =>
    keys.flatMap((rule) =>
      set.streamsOf(rule).flatMap((stream): HitOfStream[] => {
        const found = hitOf(detection, rule, { stream, nowS, evidenceFields: set.evidenceFields })
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
  for (let groups = first; groups.size > 0; ) {
    const all = [...groups.values()]
    const items = await ports.store.getMany(all.map(stateKey))
    const known = all.map((group, at) => ({ group, item: items[at] }))
    const advanced = await inParallel(known, AT_ONCE, ({ group, item }) =>
      advance(group, { set, item }, ports).catch((error: unknown) => void failed.push({ error, hits: group.news.fresh })),
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
  return { fired: [...new Map(fired.map((one) => [one.id, one])).values()], toDecide, failed, cut }
}

async function advance(
  { stream, values, news }: Group,
  { set, item }: { readonly set: CorrelationSet; readonly item: Item | undefined },
  { store, clock }: CorrelatePorts,
): Promise<Advanced & { readonly toDecide: readonly ToDecide[] }> {
  const nowS = Math.floor(clock() / 1000)
  const place = { stream, group: values, set, nowS }
  let result: Advanced | undefined
  let about: About | undefined
  const key = { ...stateKey({ stream, values }), expires: nowS + stream.keepSeconds + 3600, read: { item } }
  await update(store, key, StoredState, (present) => {
    result = advanceGroup(present ? hitsIn(present) : [], news, place)
    about = present?.about ?? aboutOf(news.fresh)
    return result.isChanged ? storedState(values, result.hits, about) : undefined
  })
  if (!result) throw new Error('a group was not evaluated')
  const fired = result.fired.map((one) => ({ ...one, ...(about ? { about } : {}) }))
  return { ...result, fired, toDecide: decisionsFor(result.news, place) }
}

function stateKey({ stream, values }: Pick<Group, 'stream' | 'values'>): ItemKey {
  return { pk: `stream#${contentId(stream.key, values).slice(0, 32)}`, sk: 'state' }
}

/** What the first of the hits that tells it is about. */
function aboutOf(hits: readonly KeptHit[]): About | undefined {
  const [evidence] = hits.flatMap((hit) => hit.evidence ?? [])
  if (!evidence) return undefined
  const { cluster = '', namespace, pod, workload, containerId, node } = evidence
  const told = Object.entries({ namespace, pod, workload, containerId, node }).filter(([, value]) => value !== undefined)
  return { cluster, ...Object.fromEntries(told) }
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

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scratchDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { Fired, ToDecide } from '../../../lib/correlation/advance.ts'
import { Correlation } from '../../../lib/correlation/correlation.ts'
import { correlate, decide } from '../../../lib/correlation/evaluate.ts'
import type { Hit } from '../../../lib/correlation/hit.ts'
import { linkCorrelations } from '../../../lib/correlation/link.ts'
import type { LinkedCorrelation } from '../../../lib/correlation/linked.ts'
import { firingsOf, pointsOf } from '../../../lib/correlation/points.ts'
import { type CorrelationSet, correlationSet, keysOf } from '../../../lib/correlation/set.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { contentId } from '../../../lib/detection/id.ts'

// The way over the table, in any order, cut into any batches, with anything twice, against the pure definition on all detections at once.
const BASE_NS = 1_795_495_758_000_000_000n
const SECOND = 1_000_000_000n

const written = (title: string, correlation: Record<string, unknown>, creance = {}) => ({
  title,
  correlation: { 'group-by': ['pod.name'], timespan: '10s', ...correlation },
  creance,
})
const WRITTEN = [
  written('count', { type: 'event_count', rules: ['a'], condition: { gte: 3 } }),
  written('pooled', { type: 'event_count', rules: ['a', 'b'], condition: { gt: 3 } }, { suppress: '4s' }),
  written('range', { type: 'event_count', rules: ['b'], condition: { gte: 2, lte: 3 } }),
  written('few', { type: 'event_count', rules: ['c'], condition: { lt: 2 } }),
  written('values', { type: 'value_count', rules: ['a', 'c'], condition: { field: 'proc.name', gte: 2 } }),
  written('sum', { type: 'value_sum', rules: ['b'], condition: { field: 'evt.rawres', gte: 5 } }),
  written('median', { type: 'value_median', rules: ['a', 'b'], condition: { field: 'evt.rawres', gt: 2 } }),
  written('together', { type: 'temporal', rules: ['a', 'b', 'c'] }),
  written('in order', { type: 'temporal_ordered', rules: ['a', 'b', 'a'] }),
  written('alone', { type: 'temporal', rules: ['a', 'b'], condition: 'a and not b' }),
  written('between', { type: 'temporal_ordered', rules: ['a', 'b', 'c'], condition: 'a and c and not b' }),
  written('everywhere', {
    type: 'value_count',
    rules: ['count'],
    'group-by': ['pod.namespace'],
    timespan: '30s',
    condition: { field: 'pod.name', gte: 2 },
  }),
  written('storms', { type: 'event_count', rules: ['count'], timespan: '40s', condition: { gte: 2 } }),
  written('count then c', { type: 'temporal_ordered', rules: ['count', 'c'], timespan: '15s' }),
  written('no storm of the few', { type: 'temporal', rules: ['few', 'count'], timespan: '20s', condition: 'few and not count' }),
  written('without a few', { type: 'temporal', rules: ['a', 'few'], condition: 'a and not few' }),
  written('other names', { type: 'temporal', rules: ['a', 'd'], 'group-by': ['who'], aliases: { who: { a: 'pod.name', d: 'fd.name' } } }),
]

function setOf(documents: readonly unknown[]): CorrelationSet {
  const correlations = documents.map((one) => Correlation.parse(one))
  const { linked, problems } = linkCorrelations(correlations, { rules: new Set(['a', 'b', 'c', 'd']), sigma: [] })
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return correlationSet(linked, [])
}
const SET = setOf(WRITTEN)

type Brief = {
  readonly rule: string
  readonly at: number
  readonly pod: string
  readonly name: string
  readonly size: number
  readonly nth: number
}

function detectionOf({ rule, at, pod, name, size, nth }: Brief): Detection {
  return {
    id: contentId(rule, at, pod, name, size, nth),
    agent: 'falco',
    rule,
    severity: 3,
    priority: 'Warning',
    source: 'syscall',
    timeNs: String(BASE_NS + BigInt(Math.round(at * 2)) * (SECOND / 2n)),
    receivedMs: 1_795_495_800_000,
    cluster: 'demo',
    pod: { namespace: 'shop', name: pod },
    message: '',
    tags: [],
    mitre: [],
    fields: { 'proc.name': name, 'evt.rawres': size, 'fd.name': pod },
  }
}

const named = ({ correlation, group, slot }: Pick<Fired, 'correlation' | 'group' | 'slot'>) =>
  `${correlation.title} (${group.join()}) ${slot}`

/** What fires by definition: every correlation on all of its group's hits at once, those that are named first. */
function defined(detections: readonly Detection[], set: CorrelationSet): readonly string[] {
  type Known = { readonly hit: Hit; readonly read: (field: string) => string | number | undefined }
  const own = (detection: Detection) => (field: string) =>
    ({ 'pod.name': detection.pod?.name, 'pod.namespace': detection.pod?.namespace })[field] ??
    (detection.fields[field] as string | number | undefined)
  const all = new Map<string, Known[]>()
  for (const detection of detections) {
    const read = own(detection)
    const hit = { id: detection.id.slice(0, 16), rule: detection.rule, timeNs: BigInt(detection.timeNs), values: {} }
    all.set(detection.rule, [...(all.get(detection.rule) ?? []), { hit, read }])
  }
  const fired: string[] = []
  const valuesOf = ({ criterion }: LinkedCorrelation) =>
    criterion.kind === 'terms' ? [] : criterion.kind === 'measure' ? [criterion.field] : criterion.fields
  for (const correlation of set.correlations) {
    const groups = new Map<string, { group: string[]; known: Known[] }>()
    for (const rule of correlation.rules) {
      for (const one of all.get(rule) ?? []) {
        const group = (correlation.groupFields.get(rule) ?? []).map((field) => String(one.read(field)))
        const key = JSON.stringify(group)
        const values = Object.fromEntries(
          valuesOf(correlation).flatMap((field) => (one.read(field) === undefined ? [] : [[field, one.read(field) as string]])),
        )
        const entry = groups.get(key) ?? { group, known: [] }
        entry.known.push({ read: one.read, hit: { ...one.hit, values } })
        groups.set(key, entry)
      }
    }
    for (const { group, known } of groups.values()) {
      const points = pointsOf(
        correlation.criterion,
        known.map(({ hit }) => hit),
        correlation.spanNs,
      )
      fired.push(...firingsOf(points, correlation.suppressNs).map(({ slot }) => named({ correlation, group, slot })))
      const asHits = points.flatMap(({ hit }) => {
        const source = known.find((one) => one.hit.id === hit.id && one.hit.timeNs === hit.timeNs && one.hit.rule === hit.rule)
        if (!source) return []
        const id = `${correlation.title} ${group.join()} ${hit.timeNs / correlation.suppressNs}`
        return [{ hit: { ...hit, id, rule: correlation.key }, read: source.read }]
      })
      all.set(correlation.key, [...(all.get(correlation.key) ?? []), ...asHits])
    }
  }
  return [...new Set(fired)].sort()
}

type Arrival = { readonly detections: readonly Detection[]; readonly atS: number }

/** What fires when they come like this, over the table, until nothing waits any more. */
async function evaluated(arrivals: readonly Arrival[], set: CorrelationSet): Promise<readonly string[]> {
  let nowMs = Number(BASE_NS / 1_000_000n)
  const clock = () => nowMs
  const ports = { store: sqliteStore(scratchDatabase(), { clock }), clock }
  const fired = new Set<string>()
  const waiting: ToDecide[] = []
  const note = (result: Awaited<ReturnType<typeof correlate>>) => {
    expect(result.failed).toEqual([])
    for (const one of result.fired) fired.add(named(one))
    waiting.push(...result.toDecide)
  }
  const decideUntil = async (ms: number) => {
    for (;;) {
      const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (!next || next.atMs > ms) return
      waiting.splice(waiting.indexOf(next), 1)
      nowMs = Math.max(nowMs, next.atMs)
      note(await decide([next], set, ports))
    }
  }
  for (const { detections, atS } of arrivals) {
    const atMs = Number(BASE_NS / 1_000_000n) + atS * 1000
    await decideUntil(atMs)
    nowMs = Math.max(nowMs, atMs)
    note(
      await correlate(
        detections.map((detection) => ({ detection, keys: keysOf(detection, set) })),
        set,
        ports,
      ),
    )
  }
  await decideUntil(Number.MAX_SAFE_INTEGER)
  return [...fired].sort()
}

const brief = fc.record({
  rule: fc.constantFrom('a', 'b', 'c', 'd'),
  at: fc.integer({ min: 0, max: 70 }).map((halves) => halves / 2),
  pod: fc.constantFrom('p', 'q'),
  name: fc.constantFrom('sh', 'cat'),
  size: fc.integer({ min: 0, max: 4 }),
  nth: fc.integer({ min: 0, max: 1 }),
})
/** Over some minutes, so that some is decided before other things happen. */
const spread = brief.map((one) => ({ ...one, at: one.at * 6 }))
/** Many at one place, and of few rules. */
const crowded = fc.record({
  rule: fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c'),
  at: fc.integer({ min: 0, max: 110 }).map((halves) => halves / 2),
  pod: fc.constantFrom('p', 'p', 'p', 'q'),
  name: fc.constantFrom('sh', 'sh', 'sh', 'sh', 'sh', 'cat'),
  size: fc.integer({ min: 0, max: 1 }),
  nth: fc.nat(9),
})
const story = fc.array(brief, { minLength: 1, maxLength: 14 }).chain((all) =>
  fc.record({
    all: fc.constant(all),
    order: fc.shuffledSubarray(all, { minLength: all.length }),
    cuts: fc.array(fc.nat(6), { minLength: 1, maxLength: 8 }),
    again: fc.subarray(all),
    seconds: fc.array(fc.nat(100), { minLength: 30, maxLength: 30 }),
  }),
)

function inBatches(detections: readonly Detection[], cuts: readonly number[]): readonly (readonly Detection[])[] {
  const batches: Detection[][] = []
  for (let at = 0, turn = 0; at < detections.length; turn++) {
    const size = 1 + (cuts[turn % cuts.length] ?? 0)
    batches.push(detections.slice(at, at + size))
    at += size
  }
  return batches
}

describe('over the table', () => {
  test('what fires is a function of the set of detections: not of order, batches, redelivery, nor of how late they come', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ all, order, cuts, again, seconds }) => {
        const batches = inBatches([...order, ...again].map(detectionOf), cuts)
        const times = seconds.toSorted((a, b) => a - b)
        const arrivals = batches.map((detections, at) => ({ detections, atS: 35 + (times[at] ?? 100) }))
        expect(await evaluated(arrivals, SET)).toEqual(
          defined([...new Map(all.map(detectionOf).map((one) => [one.id, one])).values()], SET),
        )
      }),
      { numRuns: 1500 },
    )
  }, 120_000)

  test('with little lateness allowed, what comes within it is decided as if all had been there', async () => {
    const impatient = setOf(WRITTEN.map((one) => ({ ...one, creance: { ...one.creance, lateness: '5s' } })))
    const late = fc.array(fc.tuple(spread, fc.nat(5)), { minLength: 1, maxLength: 14 })
    await fc.assert(
      fc.asyncProperty(late, async (all) => {
        const coming = all
          .map(([one, delay]) => ({ detection: detectionOf(one), atS: Math.floor(one.at) + delay }))
          .sort((a, b) => a.atS - b.atS)
        const arrivals = coming.map(({ detection, atS }) => ({ detections: [detection], atS }))
        expect(await evaluated(arrivals, impatient)).toEqual(
          defined([...new Map(coming.map(({ detection }) => [detection.id, detection])).values()], impatient),
        )
      }),
      { numRuns: 1000 },
    )
  }, 120_000)

  test('in a storm, where most is not kept, the same fires', async () => {
    const stormy = setOf(
      WRITTEN.filter(
        ({ title }) =>
          !['sum', 'median', 'in order', 'alone', 'between', 'count then c', 'no storm of the few', 'without a few'].includes(title),
      ),
    )
    const storm = fc.array(crowded, { minLength: 60, maxLength: 160 })
    await fc.assert(
      fc.asyncProperty(storm, fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }), async (all, cuts) => {
        const detections = [...new Map(all.map(detectionOf).map((one) => [one.id, one])).values()]
        const arrivals = inBatches(detections, cuts).map((some, at) => ({ detections: some, atS: 60 + at }))
        expect(await evaluated(arrivals, stormy)).toEqual(defined(detections, stormy))
      }),
      { numRuns: 150 },
    )
  }, 120_000)
})

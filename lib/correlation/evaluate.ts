import * as z from 'zod'
import { type Detection, Nanoseconds } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import type { Clock } from '../port/log.ts'
import { parseData, type Store } from '../port/store.ts'
import type { Correlation } from './correlation.ts'
import { groupOf } from './group.ts'
import { findOrdered, type Hit } from './window.ts'

/** A correlation that came true: which, and the hits that made it. */
export type Firing = { readonly correlation: Correlation; readonly hits: readonly Hit[] }

const StoredHit = z.object({ id: z.string(), rule: z.string(), timeNs: Nanoseconds })
const LATENESS_SECONDS = 3600

/** Keeps the detection as a hit of every correlation that names its rule, then looks for any window that holds it and comes true.
 *  The hit is written before the windows are read, so of two functions that race the later one sees both. Writing again is harmless. */
export async function correlate(
  detection: Detection,
  correlations: readonly Correlation[],
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<readonly Firing[]> {
  const firings: Firing[] = []
  for (const rule of correlations) {
    const { rules, timespan, 'group-by': groupBy } = rule.correlation
    const group = rules.includes(detection.rule) ? groupOf(detection, groupBy) : undefined
    if (!group) continue
    const pk = (name: string) => `hits#${contentId('hits', rule.title, group, name)}`
    const hit: Hit = { id: detection.id, rule: detection.rule, timeNs: detection.timeNs }
    const expires = Math.ceil(Math.max(Number(BigInt(hit.timeNs) / 1_000_000_000n), clock() / 1000)) + timespan + LATENESS_SECONDS
    await store.put({ pk: pk(hit.rule), sk: `${sortable(BigInt(hit.timeNs))}#${hit.id}`, data: hit, expires }, 'absent')
    const span = BigInt(timespan) * 1_000_000_000n
    const from = BigInt(hit.timeNs) - span
    const around = { from: sortable(from < 0n ? 0n : from), to: `${sortable(BigInt(hit.timeNs) + span)}~` }
    // Each rule's hits stand apart: a flood of one cannot push another out of what is read.
    const items = await Promise.all([...new Set(rules)].map((name) => store.query(pk(name), around)))
    const hits = items.flat().map((item) => parseData(StoredHit, item))
    const chain = findOrdered(hits, rules, span)
    if (chain) firings.push({ correlation: rule, hits: chain })
  }
  return firings
}

/** Nanoseconds as 20 digits, so that text order is time order. */
function sortable(nanoseconds: bigint): string {
  return nanoseconds.toString().padStart(20, '0')
}

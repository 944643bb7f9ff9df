import * as z from 'zod'
import { milliseconds } from '../detection/time.ts'
import type { Store } from '../port/store.ts'
import type { Incident } from './incident.ts'

/** Lists an incident under the (UTC) day of its first detection, so that it can be found without its id. */
export async function listUnderDay(store: Store, { id, firstNs }: Incident): Promise<void> {
  const firstMs = milliseconds(firstNs)
  const day = dayOf(firstMs)
  await store.put({ pk: `incidents#${day}`, sk: id, data: { id, firstMs } }, 'absent')
  if (listedDays.get(store)?.has(day)) return
  await store.put({ pk: DAYS, sk: day, data: { day } }, 'absent')
  listedDays.set(store, (listedDays.get(store) ?? new Set()).add(day))
}

const DAYS = 'incident-days'
/** The days that this process has listed: it need not be done for every incident of a day. */
const listedDays = new WeakMap<Store, Set<string>>()
const PAGE = 1000

/** The ids of all incidents that there are, day by day. */
export async function* allIncidentIds(store: Store): AsyncGenerator<string> {
  for await (const day of sortKeysOf(store, DAYS)) yield* sortKeysOf(store, `incidents#${day}`)
}

/** A partition's sort keys, page by page. */
async function* sortKeysOf(store: Store, pk: string): AsyncGenerator<string> {
  for (let from = ''; ; ) {
    const page = await store.query(pk, { from, limit: PAGE })
    for (const { sk } of page) yield sk
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    from = `${last.sk}!`
  }
}

/** The ids of the incidents that began on a day (`YYYY-MM-DD`), in no particular order. */
export async function incidentsOfDay(store: Store, day: string): Promise<readonly string[]> {
  return (await store.query(`incidents#${day}`)).map(({ sk }) => sk)
}

/** Where an incident is listed: the day, when it began (Unix ms; as it was known when it was listed), and its id. */
export type Listed = { readonly day: string; readonly firstMs: number; readonly id: string }

const ListedData = z.object({ firstMs: z.number().int().catch(0) }).catch({ firstMs: 0 })
/** So many of one day are put in order; more are not looked at. */
const MOST_OF_A_DAY = 5000
const DAY_MS = 86_400_000
/** Fewer days than one query answers, so that a window is read whole. */
const WINDOW_DAYS = 900

/** The days (`YYYY-MM-DD`) that have incidents, the newest first, from `newest` on. However many there are, they are read by windows. */
export async function* daysNewestFirst(store: Store, newest: string): AsyncGenerator<string> {
  const [oldest] = await store.query(DAYS, { limit: 1 })
  for (let to = newest; oldest !== undefined && to >= oldest.sk; ) {
    const from = dayOf(Date.parse(to) - (WINDOW_DAYS - 1) * DAY_MS)
    const days = await store.query(DAYS, { from, to, limit: PAGE })
    yield* days.map(({ sk }) => sk).toReversed()
    to = dayOf(Date.parse(from) - DAY_MS)
  }
}

/** What is listed under a day, what began last first. `isCut`: there are more than are looked at. */
export async function listedOn(store: Store, day: string): Promise<{ readonly listed: readonly Listed[]; readonly isCut: boolean }> {
  const listed: Listed[] = []
  for (let from = ''; listed.length < MOST_OF_A_DAY; ) {
    const page = await store.query(`incidents#${day}`, { from, limit: PAGE })
    listed.push(...page.map(({ sk, data }) => ({ day, id: sk, firstMs: ListedData.parse(data).firstMs })))
    if (page.length < PAGE) return { listed: listed.sort(laterFirst), isCut: false }
    from = `${listed.at(-1)?.id}!`
  }
  return { listed: listed.sort(laterFirst), isCut: true }
}

/** By day, time and id; the latest first. */
export function laterFirst(a: Listed, b: Listed): number {
  return compare(b.day, a.day) || compare(b.firstMs, a.firstMs) || compare(b.id, a.id)
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The (UTC) day of a time, as incidents are listed. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

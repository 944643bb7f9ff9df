import { Incident, incidentKey } from '../incident/incident.ts'
import { dayOf, daysNewestFirst, listedOn } from '../incident/index-by-day.ts'
import type { Store } from '../port/store.ts'

/** So many incidents are looked at, of so many days: an answer has to be there within three seconds. */
const MOST = 300
const MOST_DAYS = 14
const PAGE = 100

/** `isCut`: there are older ones that were not looked at. */
export type OpenIncidents = { readonly incidents: readonly Incident[]; readonly isCut: boolean }

/** The incidents that are not closed, what happened last first. Bounded: of many, the newest are looked at. */
export async function openIncidents({ store, clock }: { readonly store: Store; readonly clock: () => number }): Promise<OpenIncidents> {
  const { ids, isCut } = await newestIds(store, clock())
  const pages = Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, at) => ids.slice(at * PAGE, (at + 1) * PAGE))
  const items = (await Promise.all(pages.map((page) => store.getMany(page.map(incidentKey))))).flat()
  const incidents = items.flatMap((item) => Incident.safeParse(item?.data).data ?? [])
  const open = incidents.filter(({ status }) => status !== 'closed')
  return { incidents: open.toSorted((a, b) => (BigInt(b.lastNs) > BigInt(a.lastNs) ? 1 : -1)), isCut }
}

async function newestIds(store: Store, nowMs: number): Promise<{ readonly ids: readonly string[]; readonly isCut: boolean }> {
  const ids: string[] = []
  let days = 0
  for await (const day of daysNewestFirst(store, dayOf(nowMs))) {
    if (days++ >= MOST_DAYS || ids.length >= MOST) return { ids, isCut: true }
    const { listed, isCut } = await listedOn(store, day)
    ids.push(...listed.slice(0, MOST - ids.length).map(({ id }) => id))
    if (isCut || listed.length > MOST) return { ids, isCut: true }
  }
  return { ids, isCut: false }
}

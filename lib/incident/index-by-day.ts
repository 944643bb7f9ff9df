import { milliseconds } from '../detection/time.ts'
import type { Store } from '../port/store.ts'
import type { Incident } from './incident.ts'

/** Lists an incident under the (UTC) day of its first detection, so that it can be found without its id. */
export async function listUnderDay(store: Store, { id, firstNs }: Incident): Promise<void> {
  const day = new Date(milliseconds(firstNs)).toISOString().slice(0, 10)
  await store.put({ pk: `incidents#${day}`, sk: id, data: { id } }, 'absent')
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

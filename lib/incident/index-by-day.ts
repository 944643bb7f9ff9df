import { milliseconds } from '../detection/time.ts'
import type { Store } from '../port/store.ts'
import type { Incident } from './incident.ts'

/** Lists an incident under the (UTC) day of its first detection, so that it can be found without its id. */
export async function listUnderDay(store: Store, { id, firstNs }: Incident): Promise<void> {
  const day = new Date(milliseconds(firstNs)).toISOString().slice(0, 10)
  await store.put({ pk: `incidents#${day}`, sk: id, data: { id } }, 'absent')
}

/** The ids of the incidents that began on a day (`YYYY-MM-DD`), in no particular order. */
export async function incidentsOfDay(store: Store, day: string): Promise<readonly string[]> {
  return (await store.query(`incidents#${day}`)).map(({ sk }) => sk)
}

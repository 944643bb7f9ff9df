import { contentId } from '../detection/id.ts'
import { type Item, type Store, update } from '../port/store.ts'
import { IncidentSilence, incidentPartition, silenceSortKey } from './incident.ts'
import { AskedSilence, type CompiledSilence, compiledSilence } from './silence.ts'

const PARTITION = 'silences'
/** More are neither kept nor read for one batch. */
const MOST = 200
/** Of those that were typed, so that there is always room for what an incident's menu makes. */
const MOST_TYPED = 100
/** Of one person. */
const MOST_TYPED_OF_ONE = 20
const MOST_OF_ONE = 60
/** Of several that are kept at the same moment, one may come above the limit: it is read all the same. */
const MOST_READ = MOST + 20

/** `full`: there are as many as can be; `full_for_one`: this person has as many as one can have. */
export type Keeping = 'kept' | 'full' | 'full_for_one'

/** Why none was kept, in words. */
export const FULL_WORDS: Readonly<Record<Exclude<Keeping, 'kept'>, string>> = {
  full: 'there are as many silences as can be: one must be ended first',
  full_for_one: 'you have as many silences as one person can have: end one first',
}

/** Keeps a silence in the table, for as long as it holds. Again under its name it replaces the other. */
export async function keepSilence(store: Store, silence: AskedSilence): Promise<Keeping> {
  const sk = sortKeyOf(silence.name)
  const others = (await store.query(PARTITION, { limit: MOST_READ })).filter((item) => item.sk !== sk)
  const full = whyFull(silence, others)
  if (full) return full
  await update(store, { pk: PARTITION, sk, expires: Math.ceil(Date.parse(silence.until) / 1000) }, AskedSilence, () => silence)
  return 'kept'
}

function whyFull({ byId, incident }: AskedSilence, others: readonly Item[]): Exclude<Keeping, 'kept'> | undefined {
  const read = others.flatMap(({ data }) => AskedSilence.safeParse(data).data ?? [])
  const typed = read.filter((one) => one.incident === undefined)
  const isOfOne = (one: AskedSilence): boolean => byId !== undefined && one.byId === byId
  if (read.filter(isOfOne).length >= MOST_OF_ONE) return 'full_for_one'
  if (incident === undefined && typed.filter(isOfOne).length >= MOST_TYPED_OF_ONE) return 'full_for_one'
  return others.length >= MOST || (incident === undefined && typed.length >= MOST_TYPED) ? 'full' : undefined
}

/** Ends a silence, also for the incident from whose menu it is. Returns it; undefined: there is none of this name. */
export async function endSilence(
  store: Store,
  name: string,
  by?: { readonly id: string; readonly name: string },
): Promise<Pick<AskedSilence, 'incident'> | undefined> {
  const sk = sortKeyOf(name)
  const item = await store.get(PARTITION, sk)
  if (!item) return undefined
  const silence = AskedSilence.safeParse(item.data).data // one that cannot be read silences nothing, and can be ended
  // The incident first: should this process die in between, the silence can be ended once more.
  if (by && silence?.incident !== undefined) await markEnded(store, { incident: silence.incident, name }, by)
  await store.remove(PARTITION, sk)
  return silence ?? {}
}

/** Says at the incident that its silence was ended, and by whom; the first one's word stands. */
export async function markEnded(
  store: Store,
  { incident, name }: { readonly incident: string; readonly name: string },
  by: { readonly id: string; readonly name: string },
): Promise<void> {
  await update(store, { pk: incidentPartition(incident), sk: silenceSortKey(name) }, IncidentSilence, (now) =>
    now && now.endedBy === undefined ? { ...now, endedBy: by.name, endedById: by.id } : undefined,
  )
}

/** The silences that hold now: those that people asked for, beside those in rule files. One that cannot be read silences nothing. */
export async function silencesIn(store: Store): Promise<readonly CompiledSilence<AskedSilence>[]> {
  const items = await store.query(PARTITION, { limit: MOST_READ })
  return items.flatMap(({ data }) => {
    const silence = AskedSilence.safeParse(data).data
    return (silence && compiledSilence(silence)) ?? []
  })
}

function sortKeyOf(name: string): string {
  return contentId(name).slice(0, 32)
}

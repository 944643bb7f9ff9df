import { contentId } from '../detection/id.ts'
import { type Store, update } from '../port/store.ts'
import { type CompiledSilence, compiledSilence, Silence } from './silence.ts'

const PARTITION = 'silences'
/** More are neither kept nor read for one batch. */
const MOST = 200

/** Keeps a silence in the table, for as long as it holds. Again under its name it replaces the other. `full`: there are as many as can be. */
export async function keepSilence(store: Store, silence: Silence): Promise<'kept' | 'full'> {
  const sk = sortKeyOf(silence.name)
  const kept = await store.query(PARTITION, { limit: MOST })
  if (kept.length >= MOST && !kept.some((item) => item.sk === sk)) return 'full'
  await update(store, { pk: PARTITION, sk, expires: Math.ceil(Date.parse(silence.until) / 1000) }, Silence, () => silence)
  return 'kept'
}

/** Ends a silence; false: there is none of this name. */
export async function endSilence(store: Store, name: string): Promise<boolean> {
  const sk = sortKeyOf(name)
  if (!(await store.get(PARTITION, sk))) return false
  await store.remove(PARTITION, sk)
  return true
}

/** The silences that hold now: those that people asked for, beside those in rule files. One that cannot be read silences nothing. */
export async function silencesIn(store: Store): Promise<readonly CompiledSilence[]> {
  const items = await store.query(PARTITION, { limit: MOST })
  return items.flatMap(({ data }) => {
    const silence = Silence.safeParse(data).data
    return (silence && compiledSilence(silence)) ?? []
  })
}

function sortKeyOf(name: string): string {
  return contentId(name).slice(0, 32)
}

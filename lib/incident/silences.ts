import { contentId } from '../detection/id.ts'
import { parseData, type Store, update } from '../port/store.ts'
import { type CompiledSilence, compiledSilence, Silence } from './silence.ts'

const PARTITION = 'silences'
/** More are not read for one batch. */
const MOST = 200

/** Keeps a silence in the table, for as long as it holds. Again under its name it replaces the other. */
export async function keepSilence(store: Store, silence: Silence): Promise<void> {
  const sk = contentId(silence.name).slice(0, 32)
  await update(store, { pk: PARTITION, sk, expires: Math.ceil(Date.parse(silence.until) / 1000) }, Silence, () => silence)
}

/** Ends a silence; one that there is not is no error. */
export async function endSilence(store: Store, name: string): Promise<void> {
  await store.remove(PARTITION, contentId(name).slice(0, 32))
}

/** The silences that hold now: those that people asked for, beside those in rule files. */
export async function silencesIn(store: Store): Promise<readonly CompiledSilence[]> {
  const items = await store.query(PARTITION, { limit: MOST })
  return items.flatMap((item) => compiledSilence(parseData(Silence, item)) ?? [])
}

import * as z from 'zod'
import { read, type Store } from '../port/store.ts'
import { readable } from './limits.ts'
import type { Outcome } from './outcome.ts'

/** `by`: in words for people; `byId`: which person. */
const Stop = z.object({ by: z.string(), byId: z.string().optional(), atMs: z.number(), why: z.string() })
export type Stop = z.infer<typeof Stop>
const KEY = { pk: 'control', sk: 'stop' } as const

/** The kill switch: while it is set, nothing is done to any cluster, whoever asks; what was done can still be released. */
export async function setStop(store: Store, stop: Stop | undefined): Promise<void> {
  if (!stop) return store.remove(KEY.pk, KEY.sk)
  const item = await store.get(KEY.pk, KEY.sk) // whatever stands there: one that cannot be read is written over
  if (!(await store.put({ ...KEY, data: stop }, item?.version ?? 'absent'))) return setStop(store, stop)
}

export async function guardStop(store: Store): Promise<Extract<Outcome, { state: 'refused' }> | undefined> {
  const stop = await readable('stopped', () => read(store, KEY, Stop))
  if (!stop || 'state' in stop) return stop
  const why = `all action was stopped by ${stop.by} at ${new Date(stop.atMs).toISOString()}${stop.why ? `: ${stop.why}` : ''}`
  return { state: 'refused', guard: 'stopped', why }
}

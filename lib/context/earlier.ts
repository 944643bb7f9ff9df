import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { Incident, incidentKey } from '../incident/incident.ts'
import { read, type Store, update } from '../port/store.ts'
import { short } from './bounds.ts'
import type { Earlier } from './context.ts'

/** The incidents that a subject has had, whatever their cause: the last ones by when they were opened, and how many more. */
const History = z.object({ incidents: z.array(z.object({ id: z.string(), openedMs: z.number().int() })), dropped: z.number().int() })
type History = z.infer<typeof History>

const KEPT = 50
const KEEP_SECONDS = 90 * 86_400

/** Writes the incident down under its subject, and returns those that the subject had before. What a subject has had is forgotten 90 days after the
 *  last. Two reads, and a write the first time; safe to repeat and to race. Errors: Store's. */
export async function earlierIncidents({ id, subject, openedMs }: Incident, store: Store, nowMs: number): Promise<Earlier> {
  const key = { pk: `subject#${contentId('subject', subject.key)}`, sk: 'incidents', expires: Math.ceil(nowMs / 1000) + KEEP_SECONDS }
  const history = await update(store, key, History, (now) => added(now ?? { incidents: [], dropped: 0 }, { id, openedMs }))
  const before = history?.incidents.filter((one) => comesBefore(one, { id, openedMs })) ?? []
  const count = before.length + (history?.dropped ?? 0)
  const previous = before.at(-1)
  const last = previous && (await read(store, incidentKey(previous.id), Incident))
  if (!last) return { count }
  return { count, last: { id: last.id, title: short(last.title, 200), status: last.status, openedMs: last.openedMs } }
}

type Entry = History['incidents'][number]

function added({ incidents, dropped }: History, entry: Entry): History | undefined {
  const [oldest] = incidents
  // One older than all that are kept has been counted, and left out, before.
  const isForgotten = dropped > 0 && oldest !== undefined && comesBefore(entry, oldest)
  if (isForgotten || incidents.some(({ id }) => id === entry.id)) return undefined
  const all = [...incidents, entry].sort((a, b) => (comesBefore(a, b) ? -1 : 1))
  return { incidents: all.slice(-KEPT), dropped: dropped + Math.max(0, all.length - KEPT) }
}

function comesBefore(a: Entry, b: Entry): boolean {
  return a.openedMs < b.openedMs || (a.openedMs === b.openedMs && a.id < b.id)
}

import * as z from 'zod'
import type { Store } from '../port/store.ts'
import { incidentPartition } from './incident.ts'

/** One line of the append-only record of decisions, presses, actions and outcomes. `id` is a function of what happened, so that a
 *  redelivery writes no second line. `at`: Unix ms of the first time it was written. `by` is for people to read: everybody may choose their own name.
 *  `byId` says which person it was (of two, both, in the order of the names). */
export const JournalLine = z.object({
  id: z.string(),
  at: z.number().int(),
  kind: z.enum([
    'incident',
    'planned',
    'press',
    'action',
    'outcome',
    'expiry',
    'silence',
    'command',
    'delivery',
    'operator',
    'refused_input',
  ]),
  what: z.string(),
  incident: z.string().optional(),
  action: z.string().optional(),
  by: z.string().optional(),
  byId: z.string().optional(),
  outcome: z.string().optional(),
  why: z.string().optional(),
})
export type JournalLine = z.infer<typeof JournalLine>

/** The part of a line that says which person it was. */
export function byPerson({ id, name }: { readonly id: string; readonly name: string }): { readonly by: string; readonly byId: string } {
  return { by: `@${name}`, byId: id }
}

/** Appends the line, once. Lines of an incident stand in its partition, others in the partition of their (UTC) day. */
export async function journal(store: Store, line: JournalLine): Promise<void> {
  await store.put({ pk: journalPartition(line), sk: `journal#${line.id}`, data: line }, 'absent')
}

/** The lines of one incident, or of a day (`YYYY-MM-DD`), in the order they were written. */
export async function readJournal(
  store: Store,
  of: { readonly incident: string } | { readonly day: string },
): Promise<readonly JournalLine[]> {
  const pk = 'incident' in of ? incidentPartition(of.incident) : `journal#${of.day}`
  const items = await store.query(pk, { from: 'journal#', to: 'journal#~' })
  return items.map(({ data }) => JournalLine.parse(data)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

function journalPartition({ incident, at }: JournalLine): string {
  return incident ? incidentPartition(incident) : `journal#${new Date(at).toISOString().slice(0, 10)}`
}

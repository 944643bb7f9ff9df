import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import { read, type Store, update } from '../port/store.ts'
import { incidentId } from './group.ts'
import { Incident, incidentKey, type Subject } from './incident.ts'
import { mergeIncident, type News } from './merge.ts'

const Head = z.object({ generation: z.number().int() })

/** Brings the subject's and cause's incident up to date, opening it where there is none or the last one is closed. Returns it as it then
 *  stands. Safe to repeat and to race: the id is a function of subject, cause and generation, and detections are counted by their ids. */
export async function openOrMerge(
  store: Store,
  opening: { readonly subject: Subject; readonly cause: string },
  news: News,
  routesFor: (incident: Incident) => readonly string[],
): Promise<Incident> {
  const head = { pk: `head#${contentId('head', opening.subject.key, opening.cause)}`, sk: 'head' }
  let generation = (await read(store, head, Head))?.generation ?? 0
  for (;;) {
    const id = incidentId(opening.subject, opening.cause, generation)
    let isOver = false
    const incident = await update(store, incidentKey(id), Incident, (now): Incident | undefined => {
      isOver = now?.status === 'closed' && isAfter(now, news)
      const merged = isOver ? undefined : mergeIncident(now, { id, ...opening }, news)
      return merged && { ...merged, routes: [...new Set([...merged.routes, ...routesFor(merged)])] }
    })
    if (!isOver) {
      if (!incident) throw new CodedError('invalid_input', `incident ${id}: nothing to open it with`)
      return incident
    }
    generation += 1
    const next = generation
    await update(store, head, Head, (now) => (now && now.generation >= next ? undefined : { generation: next }))
  }
}

/** Whether anything in the news is later than all that the closed incident holds; late arrivals of an old story belong to it. */
function isAfter({ lastNs }: Incident, { detections }: News): boolean {
  return detections.some(({ timeNs }) => BigInt(timeNs) > BigInt(lastNs))
}

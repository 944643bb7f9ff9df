import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import { read, type Store, update } from '../port/store.ts'
import { incidentId } from './group.ts'
import { Incident, incidentKey, type Subject } from './incident.ts'
import { mergeIncident, type News } from './merge.ts'

const Head = z.object({ generation: z.number().int() })

/** `before`: as it was before this news; undefined: there was none. Where nothing `isChanged`, the news came before, and what had to follow may
 *  not have been done. */
export type Opened = { readonly incident: Incident; readonly before: Incident | undefined; readonly isChanged: boolean }

/** Brings the subject's and cause's incident up to date, opening it where there is none or the last one is closed. Returns it as it then
 *  stands. Safe to repeat and to race: the id is a function of subject, cause and generation, and detections are counted by their ids.
 *  `change`: what else is to be written with the news. */
export async function openOrMerge(
  store: Store,
  opening: { readonly subject: Subject; readonly cause: string },
  news: News,
  change: (merged: Incident, before: Incident | undefined) => Incident,
): Promise<Opened> {
  const head = { pk: `head#${contentId('head', opening.subject.key, opening.cause)}`, sk: 'head' }
  let generation = (await read(store, head, Head))?.generation ?? 0
  for (;;) {
    const id = incidentId(opening.subject, opening.cause, generation)
    let isOver = false
    let isChanged = false
    let before: Incident | undefined
    const incident = await update(store, incidentKey(id), Incident, (now): Incident | undefined => {
      before = now
      isOver = now?.status === 'closed' && isAfter(now, news)
      const merged = isOver ? undefined : mergeIncident(now, { id, ...opening }, news)
      isChanged = merged !== undefined
      return merged && change(merged, now)
    })
    if (!isOver) {
      if (!incident) throw new CodedError('invalid_input', `incident ${id}: nothing to open it with`)
      return { incident, before, isChanged }
    }
    generation += 1
    const next = generation
    await update(store, head, Head, (now) => (now && now.generation >= next ? undefined : { generation: next }))
  }
}

/** Whether anything in the news is later than all that the closed incident holds; late arrivals of an old story belong to it. */
function isAfter({ lastNs }: Incident, { evidence, fired }: News): boolean {
  const times = [...evidence, ...fired.flatMap((one) => one.evidence)].map(({ timeNs }) => BigInt(timeNs))
  return times.some((time) => time > BigInt(lastNs))
}

import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import { type Item, type ItemKey, read, type Store, update } from '../port/store.ts'
import { incidentId } from './group.ts'
import { Incident, incidentKey, type Subject } from './incident.ts'
import { mergeIncident, type News } from './merge.ts'

/** `read`: what was read of the first such incident just before, together with others. */
export type Opening = { readonly subject: Subject; readonly cause: string; readonly read?: { readonly item: Item | undefined } }

/** The key of the first incident of a subject and cause. */
export function firstIncidentKey({ subject, cause }: Opening): ItemKey {
  return incidentKey(incidentId(subject, cause, 0))
}

const Head = z.object({ generation: z.number().int() })

/** `before`: as it was before this news; undefined: there was none. Where nothing `isChanged`, the news came before, and what had to follow may
 *  not have been done. */
export type Opened = { readonly incident: Incident; readonly before: Incident | undefined; readonly isChanged: boolean }

/** Brings the subject's and cause's incident up to date, opening it where there is none or the last one is closed. Returns it as it then
 *  stands. Safe to repeat and to race: the id is a function of subject, cause and generation, and detections are counted by their ids.
 *  `change`: what else is to be written with the news. */
export async function openOrMerge(
  store: Store,
  opening: Opening,
  news: News,
  change: (merged: Incident, before: Incident | undefined) => Incident,
): Promise<Opened> {
  const head = { pk: `head#${contentId('head', opening.subject.key, opening.cause)}`, sk: 'head' }
  let generation = 0
  for (let round = 0; ; round++) {
    const id = incidentId(opening.subject, opening.cause, generation)
    let isOver = false
    let isChanged = false
    let before: Incident | undefined
    const { read: known } = generation === 0 ? opening : { read: undefined }
    const incident = await update(
      store,
      { ...incidentKey(id), ...(known ? { read: known } : {}) },
      Incident,
      (now): Incident | undefined => {
        before = now
        isOver = now?.status === 'closed' && isAfter(now, news)
        const merged = isOver ? undefined : mergeIncident(now, { id, subject: opening.subject, cause: opening.cause }, news)
        isChanged = merged !== undefined
        return merged && change(merged, now)
      },
    )
    if (!isOver) {
      if (!incident) throw new CodedError('invalid_input', `incident ${id}: nothing to open it with`)
      return { incident, before, isChanged }
    }
    // Most have had no other before: only when the first is over it is asked which is the last.
    if (round === 0) generation = (await read(store, head, Head))?.generation ?? 0
    if (round === 0 && generation > 0) continue
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

import { SEVERITY_NAMES } from '../detection/detection.ts'
import { milliseconds } from '../detection/time.ts'
import { CodedError } from '../error.ts'
import { Incident, incidentKey } from '../incident/incident.ts'
import { dayOf, daysNewestFirst, type Listed, laterFirst, listedOn } from '../incident/index-by-day.ts'
import { inParallel } from '../parallel.ts'
import { read, type Store } from '../port/store.ts'
import type { ListQuery } from './list-query.ts'

/** So many incidents are shown on a page, and so many are read for it at most. */
export const SHOWN = 25
export const LOOKED_AT = 100
const AT_ONCE = 10
const DAY_MS = 86_400_000

/** `next`: where the next page begins; undefined: there are no more. `unreadable`: how many have a shape that this version does not know.
 *  `cutDays`: days with more incidents than are put in order. */
export type IncidentList = {
  readonly incidents: readonly Incident[]
  readonly next: Listed | undefined
  readonly lookedAt: number
  readonly unreadable: number
  readonly cutDays: readonly string[]
}

/** A page of the list, what began last first. An incident that an earlier detection came to has moved: it is shown on the day it began. */
export async function readList(store: Store, query: ListQuery, nowMs: number): Promise<IncidentList> {
  const { before } = query
  const incidents: Incident[] = []
  const cutDays: string[] = []
  let [lookedAt, unreadable] = [0, 0]
  let last: Listed | undefined
  const latest = dayOf(nowMs + DAY_MS)
  for await (const day of daysNewestFirst(store, before && before.day < latest ? before.day : latest)) {
    const { listed, isCut } = await listedOn(store, day)
    if (isCut) cutDays.push(day)
    const left = before ? listed.filter((one) => laterFirst(before, one) < 0) : listed
    for (let from = 0; from < left.length; from += AT_ONCE) {
      const some = left.slice(from, from + AT_ONCE)
      const found = await inParallel(some, AT_ONCE, ({ id }) => readable(store, id))
      for (const [at, entry] of some.entries()) {
        if (incidents.length === SHOWN || lookedAt === LOOKED_AT) return { incidents, next: last, lookedAt, unreadable, cutDays }
        lookedAt += 1
        last = entry
        const incident = found[at]
        if (incident === 'unreadable') unreadable += 1
        else if (incident && dayOf(milliseconds(incident.firstNs)) === day && isAskedFor(incident, query)) incidents.push(incident)
      }
    }
  }
  return { incidents, next: undefined, lookedAt, unreadable, cutDays }
}

function isAskedFor(incident: Incident, { status, severity = 'unknown' }: ListQuery): boolean {
  return (status === undefined || incident.status === status) && incident.severity >= SEVERITY_NAMES.indexOf(severity)
}

/** One that cannot be read does not keep the others from being seen. */
async function readable(store: Store, id: string): Promise<Incident | 'unreadable' | undefined> {
  try {
    return await read(store, incidentKey(id), Incident)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'invalid_input') return 'unreadable'
    throw error
  }
}

import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { subjectOf } from '../../../lib/incident/group.ts'
import type { Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { detection } from '../../support/detection.ts'

/** An incident of one detection, opened at `openedMs`. */
export function incidentOf(id: string, openedMs: number, given: Parameters<typeof detection>[0] = {}): Incident {
  const one = detection(given)
  const news = { batch: 'b', evidence: [evidenceOf(one)], fired: [], nowMs: openedMs }
  const incident = mergeIncident(undefined, { id, subject: subjectOf(one), cause: `cause of ${id}` }, news)
  if (!incident) throw new Error('a detection that is no news')
  return incident
}

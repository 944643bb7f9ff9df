import { type Correlation, severityOf } from '../correlation/correlation.ts'
import type { Detection, Severity } from '../detection/detection.ts'
import { byTime, evidenceOf, mostTelling } from './evidence.ts'
import { EVIDENCE_CAP, type Evidence, type Incident, type Subject } from './incident.ts'

const SEEN_CAP = 1000

type Opening = { readonly id: string; readonly subject: Subject; readonly cause: string }

/** What there is to tell an incident. `nowMs`: when it is told (Unix ms). */
export type News = { readonly detections: readonly Detection[]; readonly fired: readonly Correlation[]; readonly nowMs: number }

/** The incident with these detections in it, each counted once however often it comes, and with the correlations that came true.
 *  Undefined when nothing is new. Pure; what is known in the end does not depend on the order of the detections. A contained incident is
 *  open again when its pod's name is heard of with another container: what was contained is not what is there now. */
export function mergeIncident(present: Incident | undefined, opening: Opening, { detections, fired, nowMs }: News): Incident | undefined {
  const seen = new Set(present?.seen)
  const fresh = detections.filter(({ id }) => {
    const short = id.slice(0, 16)
    return seen.has(short) ? false : seen.add(short)
  })
  const newlyFired = fired.filter(({ title }) => !present?.correlations.includes(title))
  const evidence = [...(present?.evidence ?? []), ...fresh.map(evidenceOf)].sort(byTime)
  const latest = [...(present ? [present.latest] : []), ...evidence].sort(byTime).at(-1)
  if ((fresh.length === 0 && newlyFired.length === 0) || !latest) return undefined
  const told = mostTelling(evidence, EVIDENCE_CAP)
  const correlations = [...new Set([...(present?.correlations ?? []), ...newlyFired.map(({ title }) => title)])]
  return {
    id: opening.id,
    subject: present?.subject ?? opening.subject,
    cause: opening.cause,
    title: correlations[0] ?? worstOf(told)?.rule ?? opening.cause,
    status: present ? statusAfter(present, latest) : 'open',
    severity: highest([present?.severity ?? 0, ...fresh.map(({ severity }) => severity), ...newlyFired.map(severityOf)]),
    correlations,
    rules: [...new Set([...(present?.rules ?? []), ...evidence.map(({ rule }) => rule)])].slice(0, 50),
    mitre: [...new Set([...(present?.mitre ?? []), ...fresh.flatMap(({ mitre }) => mitre)])].sort().slice(0, 50),
    count: (present?.count ?? 0) + fresh.length,
    firstNs: earliest([...evidence.map(({ timeNs }) => timeNs), ...(present ? [present.firstNs] : [])]),
    lastNs: latest.timeNs,
    latest,
    evidence: [...told],
    seen: [...seen].slice(-SEEN_CAP),
    routes: present?.routes ?? [],
    ...(present?.acknowledgedBy ? { acknowledgedBy: present.acknowledgedBy } : {}),
    openedMs: present?.openedMs ?? nowMs,
    updatedMs: nowMs,
    revision: (present?.revision ?? 0) + 1,
  }
}

function statusAfter({ status, latest: before }: Incident, latest: Evidence): Incident['status'] {
  // What does not name a container, as the audit log, does not tell of another pod.
  const another = latest.containerId !== undefined && latest.containerId !== before.containerId
  return status === 'contained' && another ? 'open' : status
}

function worstOf(evidence: readonly Evidence[]): Evidence | undefined {
  return evidence.toSorted((a, b) => b.severity - a.severity || byTime(a, b))[0]
}

function earliest(times: readonly string[]): string {
  return times.reduce((first, time) => (BigInt(time) < BigInt(first) ? time : first))
}

function highest(severities: readonly Severity[]): Severity {
  return severities.toSorted((a, b) => b - a)[0] ?? 0
}

import type { Severity } from '../detection/detection.ts'
import type { Evidence } from '../detection/evidence.ts'
import { contentHash } from '../detection/id.ts'
import { byTime, mostTelling } from './evidence.ts'
import { type FiringNews, joinFirings, tellsMore } from './firings.ts'
import { EVIDENCE_CAP, type Incident, type IncidentFiring, type IncidentPlace, type Subject } from './incident.ts'

/** So many detections and batches are remembered as counted: what comes again later than that is counted again. */
const SEEN_CAP = 256
const BATCHES_CAP = 512
const PODS_NAMED = 20
/** An incident of more containers than this is never said to be contained. */
export const PLACES_CAP = 100
/** So many pods are told apart. */
export const PODS_CAP = 1000

type Opening = { readonly id: string; readonly subject: Subject; readonly cause: string }

/** What there is to tell an incident. `batch`: what brought it. `evidence`: of the detections that came. `fired`, with what they showed that came
 *  before. `nowMs`: when it is told (Unix ms). */
export type News = {
  readonly batch: string
  readonly evidence: readonly Evidence[]
  readonly fired: readonly FiringNews[]
  readonly nowMs: number
}

/** The incident with this news in it, each detection counted once however often it comes. Undefined when nothing is new. Pure; what is known in
 *  the end does not depend on the order in which it comes. An acknowledged incident is open again when something worse comes, a contained one when
 *  another container is heard of: what was contained is not what is there now. */
export function mergeIncident(
  present: Incident | undefined,
  opening: Opening,
  { batch, evidence: came, fired, nowMs }: News,
): Incident | undefined {
  const fresh = freshOf(
    present,
    batch,
    came,
    fired.flatMap((one) => one.evidence),
  )
  const newlyFired = fired
    .map(({ firing }) => firing)
    .filter((one) =>
      tellsMore(
        one,
        present?.firings.find(({ id }) => id === one.id),
      ),
    )
  const evidence = [...(present?.evidence ?? []), ...fresh].sort(byTime)
  const latest = [...(present ? [present.latest] : []), ...evidence].sort(byTime).at(-1)
  const firings = joinFirings(present?.firings ?? [], newlyFired)
  const isFired = firings.some((one) => !present?.firings.includes(one)) // of more than are kept, the same ones again are no news
  if ((fresh.length === 0 && !isFired) || !latest) return undefined
  const told = [...mostTelling(evidence, EVIDENCE_CAP)]
  const correlations = [...new Set(firings.toSorted(worstFirst).map(({ correlation }) => correlation))]
  const runbook = runbookFor(correlations[0], fired, present)
  const severity = highest([present?.severity ?? 0, ...fresh.map((one) => one.severity), ...newlyFired.map((one) => one.severity)])
  const firedNew = correlations.length > (present?.correlations.length ?? 0)
  const status = present ? statusAfter(present, { fresh, severity, firedNew }) : 'open'
  const why = present?.status === 'contained' ? ('another_container' as const) : ('worse' as const)
  const reopened = present && status !== present.status ? { atMs: nowMs, why } : present?.reopened
  const firsts = [...evidence.map(({ timeNs }) => timeNs), ...(present ? [present.firstNs] : [])]
  return {
    id: opening.id,
    subject: present?.subject ?? opening.subject,
    cause: opening.cause,
    title: correlations[0] ?? worstOf(told)?.rule ?? opening.cause,
    status,
    severity,
    correlations,
    firings: [...firings],
    rules: united(
      present?.rules,
      fresh.map(({ rule }) => rule),
      50,
    ),
    mitre: united(present?.mitre, [...fresh.flatMap(({ mitre = [] }) => mitre), ...fired.flatMap((one) => one.mitre)], 50),
    count: (present?.count ?? 0) + fresh.length,
    firstNs: firsts.reduce((first, time) => (BigInt(time) < BigInt(first) ? time : first)),
    lastNs: latest.timeNs,
    latest,
    evidence: told,
    pods: podsAfter(present?.pods, fresh),
    places: placesAfter(present?.places ?? [], placesOf(fresh, nowMs)),
    seen: [...(present?.seen ?? []), ...fresh.map(({ id }) => shortened(id))].slice(-SEEN_CAP),
    batches: [...new Set([...(present?.batches ?? []), batchMark(batch)])].slice(-BATCHES_CAP),
    routes: present?.routes ?? [],
    silenced: present?.silenced ?? [],
    ...(present?.acknowledgedBy ? { acknowledgedBy: present.acknowledgedBy } : {}),
    ...(present?.acknowledgedById ? { acknowledgedById: present.acknowledgedById } : {}),
    ...(present?.closedBy ? { closedBy: present.closedBy } : {}),
    ...(present?.closedById ? { closedById: present.closedById } : {}),
    ...(present?.closedWhy ? { closedWhy: present.closedWhy } : {}),
    ...(runbook ? { runbook } : {}),
    ...(reopened ? { reopened } : {}),
    openedMs: present?.openedMs ?? nowMs,
    updatedMs: nowMs,
    toldMs: present?.toldMs ?? 0,
    tellMs: present?.tellMs ?? 0,
    revision: (present?.revision ?? 0) + 1,
  }
}

/** What was not counted yet. Of a batch that was counted nothing is. What only made a correlation true may have been counted, and forgotten, in an
 *  incident of more detections than are remembered: there it does not count. */
function freshOf(
  present: Incident | undefined,
  batch: string,
  came: readonly Evidence[],
  before: readonly Evidence[],
): readonly Evidence[] {
  if (present?.batches.includes(batchMark(batch))) return []
  const seen = new Set(present?.seen)
  const countsEarlier = (present?.count ?? 0) < SEEN_CAP
  return [...came, ...(countsEarlier ? before : [])].filter(({ id }) => !seen.has(shortened(id)) && seen.add(shortened(id)))
}

/** The beginning of an id (hexadecimal), as it is remembered. */
function shortened(id: string): string {
  return Buffer.from(id.slice(0, 16), 'hex').toString('base64url')
}

/** What a batch is remembered by. */
export function batchMark(batch: string): string {
  return contentHash(batch, 8)
}

type After = { readonly fresh: readonly Evidence[]; readonly severity: Severity; readonly firedNew: boolean }

function statusAfter(present: Incident, { fresh, severity, firedNew }: After): Incident['status'] {
  const { status, places } = present
  if (status === 'acknowledged' && (severity > present.severity || firedNew)) return 'open'
  // What does not name a container, as the audit log, does not tell of another pod.
  const another = placesOf(fresh, 0).some((place) => !places.some((known) => isSamePlace(known, place)))
  return status === 'contained' && another ? 'open' : status
}

/** The runbook of the correlation that the incident is called by. */
function runbookFor(title: string | undefined, fired: readonly FiringNews[], present: Incident | undefined): Incident['runbook'] {
  if (title === undefined || present?.runbook?.of === title) return present?.runbook
  const text = fired.find(({ firing }) => firing.correlation === title)?.runbook
  return text === undefined ? undefined : { of: title, text }
}

function podsAfter(present: Incident['pods'] | undefined, fresh: readonly Evidence[]): Incident['pods'] {
  const names = fresh.flatMap(({ namespace, pod }) => (namespace && pod ? [`${namespace}/${pod}`] : []))
  const seen = new Set([...(present?.seen ?? []), ...names.map((name) => contentHash(name, 8))])
  return { names: united(present?.names, names, PODS_NAMED), seen: [...seen].slice(0, PODS_CAP) }
}

function placesOf(evidence: readonly Evidence[], sinceMs: number): readonly IncidentPlace[] {
  return evidence.flatMap(({ namespace, pod, containerId }) =>
    namespace && pod && containerId ? [{ pod: `${namespace}/${pod}`, container: containerId.slice(0, 12), sinceMs }] : [],
  )
}

function placesAfter(present: readonly IncidentPlace[], fresh: readonly IncidentPlace[]): IncidentPlace[] {
  const places = [...present]
  for (const place of fresh) if (places.length < PLACES_CAP && !places.some((known) => isSamePlace(known, place))) places.push(place)
  return places
}

function isSamePlace(a: IncidentPlace, b: IncidentPlace): boolean {
  return a.pod === b.pod && a.container === b.container
}

function worstFirst(a: IncidentFiring, b: IncidentFiring): number {
  return b.severity - a.severity || (a.correlation < b.correlation ? -1 : a.correlation > b.correlation ? 1 : 0)
}

function worstOf(evidence: readonly Evidence[]): Evidence | undefined {
  return evidence.toSorted((a, b) => b.severity - a.severity || byTime(a, b))[0]
}

/** Each once, in the order of the alphabet, the first so many. */
function united(present: readonly string[] = [], more: readonly string[], cap: number): string[] {
  return [...new Set([...present, ...more])].sort().slice(0, cap)
}

function highest(severities: readonly Severity[]): Severity {
  return severities.toSorted((a, b) => b - a)[0] ?? 0
}

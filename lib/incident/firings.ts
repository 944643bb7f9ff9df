import type { Fired } from '../correlation/advance.ts'
import type { Hit } from '../correlation/hit.ts'
import type { Evidence } from '../detection/evidence.ts'
import type { IncidentFiring } from './incident.ts'

const FIRINGS_CAP = 20
const PODS_CAP = 10
/** Of what made a correlation true so much is told. */
const EVIDENCE_CAP = 50

const RUNBOOK_CAP = 2500

/** What an incident keeps of a firing, what it showed, and the ATT&CK ids and the runbook that its correlation names. */
export type FiringNews = {
  readonly firing: IncidentFiring
  readonly evidence: readonly Evidence[]
  readonly mitre: readonly string[]
  readonly runbook?: string
}

export function incidentFiring(fired: Fired): FiringNews {
  const { id, correlation, group, hits } = fired
  const [first] = hits
  const whole = hits.flatMap(({ evidence }) => evidence ?? [])
  const shown = whole.length > 0 || !first ? whole : [bare(first, correlation.severity)]
  const times = hits.map(({ timeNs }) => timeNs)
  const firing = {
    id,
    correlation: correlation.title,
    severity: correlation.severity,
    group: group.slice(0, 10),
    fromNs: String(times[0] ?? 0n),
    toNs: String(times.at(-1) ?? 0n),
    hits: new Set(hits.map((hit) => hit.id)).size,
    pods: podsIn(fired).slice(0, PODS_CAP),
    containers: containersIn(fired).slice(0, PODS_CAP),
  }
  const { mitre, runbook } = correlation
  return {
    firing,
    evidence: shown.slice(0, EVIDENCE_CAP),
    mitre,
    ...(runbook === undefined ? {} : { runbook: runbook.slice(0, RUNBOOK_CAP) }),
  }
}

/** The pods (`namespace/name`) that made a correlation true, by name. */
export function podsIn({ hits }: Pick<Fired, 'hits'>): readonly string[] {
  const pods = hits.flatMap(({ evidence }) => (evidence?.namespace && evidence.pod ? [`${evidence.namespace}/${evidence.pod}`] : []))
  return [...new Set(pods)].sort()
}

/** The first 12 characters of the ids of the containers that made it true. */
export function containersIn({ hits }: Pick<Fired, 'hits'>): readonly string[] {
  return [...new Set(hits.flatMap(({ evidence }) => evidence?.containerId?.slice(0, 12) ?? []))].sort()
}

/** Where a group's state holds no more of a hit than that it was. */
function bare({ id, rule, timeNs }: Hit, severity: Evidence['severity']): Evidence {
  return { id, rule, severity, timeNs: String(timeNs), message: '' }
}

/** All firings by time: the first of each correlation, and the earliest of the rest. */
export function joinFirings(present: readonly IncidentFiring[], more: readonly IncidentFiring[]): readonly IncidentFiring[] {
  const byId = new Map(present.map((one) => [one.id, one]))
  for (const one of more) if (tellsMore(one, byId.get(one.id))) byId.set(one.id, one)
  const sorted = [...byId.values()].sort((a, b) => compare(BigInt(a.toNs), BigInt(b.toNs)) || compare(a.id, b.id))
  const correlations = new Set<string>()
  const firsts = new Set(sorted.filter(({ correlation }) => !correlations.has(correlation) && correlations.add(correlation)))
  const rest = sorted.filter((one) => !firsts.has(one)).slice(0, Math.max(0, FIRINGS_CAP - firsts.size))
  return sorted.filter((one) => firsts.has(one) || rest.includes(one))
}

/** Whether the firing, found again, is of an earlier point, or of more: so what is told in the end does not depend on what came first. */
export function tellsMore(firing: IncidentFiring, known: IncidentFiring | undefined): boolean {
  if (!known) return true
  return (
    (compare(BigInt(firing.toNs), BigInt(known.toNs)) ||
      known.hits - firing.hits ||
      compare(BigInt(firing.fromNs), BigInt(known.fromNs)) ||
      compare(firing.pods.join(), known.pods.join())) < 0
  )
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

import type { Fired } from '../correlation/advance.ts'
import type { Hit } from '../correlation/hit.ts'
import type { Evidence } from '../detection/evidence.ts'
import type { IncidentFiring } from './incident.ts'

const FIRINGS_CAP = 30
const PODS_CAP = 20
/** Of what made a correlation true so much is told. */
const EVIDENCE_CAP = 50

/** What an incident keeps of a firing, what it showed, and the ATT&CK ids that its correlation names. */
export type FiringNews = { readonly firing: IncidentFiring; readonly evidence: readonly Evidence[]; readonly mitre: readonly string[] }

export function incidentFiring({ id, correlation, group, hits }: Fired): FiringNews {
  const [first] = hits
  const whole = hits.flatMap(({ evidence }) => evidence ?? [])
  const shown = whole.length > 0 || !first ? whole : [bare(first, correlation.severity)]
  const pods = shown.flatMap(({ namespace, pod }) => (namespace && pod ? [`${namespace}/${pod}`] : []))
  const times = hits.map(({ timeNs }) => timeNs)
  const firing = {
    id,
    correlation: correlation.title,
    severity: correlation.severity,
    group: [...group],
    fromNs: String(times[0] ?? 0n),
    toNs: String(times.at(-1) ?? 0n),
    hits: new Set(hits.map((hit) => hit.id)).size,
    pods: [...new Set(pods)].sort().slice(0, PODS_CAP),
  }
  return { firing, evidence: shown.slice(0, EVIDENCE_CAP), mitre: correlation.mitre }
}

/** Where a group's state holds no more of a hit than that it was. */
function bare({ id, rule, timeNs }: Hit, severity: Evidence['severity']): Evidence {
  return { id, rule, severity, timeNs: String(timeNs), message: '' }
}

/** All firings by time: the first of each correlation, and the earliest of the rest. */
export function joinFirings(present: readonly IncidentFiring[], more: readonly IncidentFiring[]): readonly IncidentFiring[] {
  const sorted = [...present, ...more].sort((a, b) => compare(BigInt(a.toNs), BigInt(b.toNs)) || compare(a.id, b.id))
  const correlations = new Set<string>()
  const firsts = new Set(sorted.filter(({ correlation }) => !correlations.has(correlation) && correlations.add(correlation)))
  const rest = sorted.filter((one) => !firsts.has(one)).slice(0, Math.max(0, FIRINGS_CAP - firsts.size))
  return sorted.filter((one) => firsts.has(one) || rest.includes(one))
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

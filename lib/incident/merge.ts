import { type Correlation, severityOf } from '../correlation/correlation.ts'
import type { Detection, Severity } from '../detection/detection.ts'
import { EVIDENCE_CAP, type Evidence, type Incident, type Subject } from './incident.ts'

const SEEN_CAP = 1000
const TEXT_CAP = 1000

type Opening = { readonly id: string; readonly subject: Subject; readonly cause: string }

/** The incident with these detections in it, each counted once however often it comes, and with the correlations that came true.
 *  Undefined when nothing is new. Pure; the result does not depend on the order of the detections. */
export function mergeIncident(
  present: Incident | undefined,
  opening: Opening,
  { detections, fired }: { readonly detections: readonly Detection[]; readonly fired: readonly Correlation[] },
): Incident | undefined {
  const seen = new Set(present?.seen)
  const fresh = detections.filter(({ id }) => {
    const short = id.slice(0, 16)
    return seen.has(short) ? false : seen.add(short)
  })
  const newlyFired = fired.filter(({ title }) => !present?.correlations.includes(title))
  if (fresh.length === 0 && newlyFired.length === 0) return undefined
  const evidence = [...(present?.evidence ?? []), ...fresh.map(evidenceOf)].sort(byTime)
  const worst = evidence.toSorted((a, b) => b.severity - a.severity || byTime(a, b))[0]
  const correlations = [...new Set([...(present?.correlations ?? []), ...newlyFired.map(({ title }) => title)])]
  return {
    ...opening,
    title: correlations[0] ?? worst?.rule ?? opening.cause,
    status: present?.status ?? 'open',
    severity: highest([present?.severity ?? 0, ...fresh.map(({ severity }) => severity), ...newlyFired.map(severityOf)]),
    correlations,
    rules: [...new Set([...(present?.rules ?? []), ...evidence.map(({ rule }) => rule)])].slice(0, 50),
    mitre: [...new Set([...(present?.mitre ?? []), ...fresh.flatMap(({ mitre }) => mitre)])].sort().slice(0, 50),
    count: (present?.count ?? 0) + fresh.length,
    firstNs: pick(evidence.map(({ timeNs }) => timeNs).concat(present?.firstNs ?? []), (a, b) => a < b),
    lastNs: pick(evidence.map(({ timeNs }) => timeNs).concat(present?.lastNs ?? []), (a, b) => a > b),
    evidence: evidence.slice(0, EVIDENCE_CAP),
    seen: [...seen].slice(-SEEN_CAP),
    routes: present?.routes ?? [],
    ...(present?.acknowledgedBy ? { acknowledgedBy: present.acknowledgedBy } : {}),
    revision: (present?.revision ?? 0) + 1,
  }
}

function evidenceOf({ id, rule, severity, timeNs, message, fields, container, node, pod }: Detection): Evidence {
  const texts = {
    process: textField(fields['proc.exepath']) ?? textField(fields['proc.name']),
    command: textField(fields['proc.cmdline']),
    ...fileOrConnection(textField(fields['fd.name']) ?? textField(fields['fs.path.name'])),
    user: textField(fields['user.name']),
    containerId: container?.id,
    image: container?.image,
    node,
    podUid: pod?.uid,
  }
  const present = Object.entries(texts).filter(([, text]) => text !== undefined)
  return { id, rule, severity, timeNs, message: message.slice(0, TEXT_CAP), ...Object.fromEntries(present) }
}

/** Falco's `fd.name` is a path, or `ip:port->ip:port` for a connection. */
function fileOrConnection(name: string | undefined): { file?: string; connection?: string } {
  if (name === undefined) return {}
  return name.includes('->') ? { connection: name } : { file: name }
}

function textField(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value.slice(0, TEXT_CAP) : undefined
}

function byTime(a: Evidence, b: Evidence): number {
  const [left, right] = [BigInt(a.timeNs), BigInt(b.timeNs)]
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : 1
}

function pick(times: readonly string[], better: (a: bigint, b: bigint) => boolean): string {
  return times.reduce((best, time) => (better(BigInt(time), BigInt(best)) ? time : best))
}

function highest(severities: readonly Severity[]): Severity {
  return severities.toSorted((a, b) => b - a)[0] ?? 0
}

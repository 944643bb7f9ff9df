import { auditAlert } from './audit/alert.ts'
import type { AuditEvent } from './audit/event.ts'
import { splitAudit } from './audit/split.ts'
import { isoTime } from './condition/output/time.ts'
import { agentIn, readAlert } from './detection/read.ts'
import type { IncidentView } from './response/view.ts'
import type { Route } from './route/route.ts'
import { type CompiledRule, firing, type RuleMatching } from './rule/falco/engine.ts'

/** What a line led to, as JSON lines, and what of it could not be read. */
export type Replayed = { readonly lines: readonly string[]; readonly refused: readonly string[] }

/** What an incident came to, as JSON lines: the incident, with the windows in which correlations came true and what is kept of its detections; what
 *  was planned for it; and whom it would have been told. Nothing of that was done: each outcome is `dry_run`. */
export function replayIncident({ incident, plans }: IncidentView, routes: readonly Route[]): readonly string[] {
  const { id, subject, title, correlations, count, severity, firstNs, lastNs, evidence, firings, pods, silenced } = incident
  const cause = correlations.length > 0 ? { correlation: title, correlations } : { rule: title }
  const times = { first: utcTime(firstNs), last: utcTime(lastNs) }
  const why = {
    firings: firings.map(({ correlation, group, fromNs, toNs, hits, pods: of }) => ({
      correlation,
      group,
      from: utcTime(fromNs),
      to: utcTime(toNs),
      detections: hits,
      pods: of,
    })),
    detections: evidence.map(({ id: detection, rule, timeNs, namespace, pod }) => ({
      id: detection,
      rule,
      time: utcTime(timeNs),
      ...(namespace && pod ? { pod: `${namespace}/${pod}` } : {}),
    })),
  }
  const actions = plans.map(({ response, mode, request: { action, target } }) => ({
    type: 'action',
    name: action,
    target,
    mode,
    response,
    incident: id,
    outcome: 'dry_run',
  }))
  const told = routes.filter(({ name }) => incident.routes.includes(name))
  const messages = told.map(({ name, slack }) => ({ type: 'message', route: name, ...slack, incident: id, outcome: 'dry_run' }))
  const head = { type: 'incident', id, ...cause, group: subject, pods: pods.seen.length, count, severity, ...times, ...why }
  return [{ ...head, ...(silenced.length > 0 ? { silenced } : {}) }, ...actions, ...messages].map((line) => JSON.stringify(line))
}

/** Of a line of the audit log (an Event, an EventList, an array): the alert of each rule that fires, with `type` before it. Never throws. */
export function replayAudit(rules: readonly CompiledRule<AuditEvent>[], matching: RuleMatching): (line: string) => Replayed {
  return (line) => {
    const { events, refused } = splitAudit(line)
    const alerts = events.flatMap((event) => firing(rules, event, matching).map((rule) => auditAlert(event, rule, '')))
    return { lines: alerts.map((json) => `{"type":"detection",${json.slice(1)}`), refused: refused.map(({ reason }) => reason) }
  }
}

/** Of an agent's alert: its detection. Never throws. */
export function replayAlert(line: string): Replayed {
  const agent = agentIn(line)
  if (!agent) return { lines: [], refused: ['no alert of a known agent'] }
  const reading = readAlert({ agent, cluster: '', receivedMs: Date.now(), alert: line })
  if (reading.kind === 'refused') return { lines: [], refused: [reading.reason] }
  if (reading.kind !== 'detection') return { lines: [], refused: [] }
  const { id, rule, priority, severity, timeNs, source, tags, message, node, pod, fields } = reading.detection
  const detection = {
    type: 'detection',
    id,
    agent,
    rule,
    priority,
    severity,
    time: utcTime(timeNs),
    source,
    tags,
    output: message,
    node,
    pod,
    output_fields: fields,
  }
  return { lines: [JSON.stringify(detection)], refused: [] }
}

/** Nanoseconds as RFC 3339 with nine digits. */
export function utcTime(timeNs: string): string {
  return `${isoTime(BigInt(timeNs))}Z`
}

import * as z from 'zod'
import { SEVERITY_NAMES, Severity } from '../detection/detection.ts'
import type { Evidence } from '../detection/evidence.ts'
import { milliseconds } from '../detection/time.ts'
import { mostTelling } from '../incident/evidence.ts'
import { Incident, latestPod, Subject } from '../incident/incident.ts'
import { isUsed } from '../response/offers.ts'
import type { PlannedAction } from '../response/plan.ts'
import type { ActionRecord } from '../response/record.ts'
import type { ActionRequest } from '../response/request.ts'
import type { IncidentView } from '../response/view.ts'
import { cut } from './text.ts'

const Time = z.iso.datetime({ offset: true })
const SeverityWords = z
  .object({ number: Severity.describe('OCSF severity_id, 0 (unknown) to 5 (critical).'), name: z.enum(SEVERITY_NAMES) })
  .describe('How bad it is.')

const EventEvidence = z.object({
  id: z.string().describe('The id of the detection.'),
  rule: z.string(),
  severity: SeverityWords,
  time: Time,
  output: z.string().describe('The agent’s own words.'),
  agent: z.string().optional(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
  pod_uid: z.string().optional(),
  container_id: z.string().optional(),
  image: z.string().optional(),
  node: z.string().optional(),
  process: z.string().optional(),
  command: z.string().optional(),
  file: z.string().optional(),
  connection: z.string().optional(),
  user: z.string().optional(),
})

const Person = z.object({ kind: z.enum(['response', 'user', 'sweep']), name: z.string() }).describe('Who wants it.')

const EventAction = z.object({
  id: z.string(),
  action: z.string().describe('isolate, delete, release, …'),
  state: z
    .enum(['asked', 'rejected', 'begun', 'done', 'skipped', 'refused', 'failed', 'dry_run', 'expired', 'undone'])
    .describe('asked: waits for an approval; rejected: got none; begun: has no outcome yet.'),
  why: z.string().optional(),
  guard: z.string().optional().describe('Which guard refused it.'),
  by: Person,
  target: z.object({ cluster: z.string(), namespace: z.string(), pod: z.string() }),
  time: Time.optional().describe('When it was settled.'),
})
export type EventAction = z.infer<typeof EventAction>

/** An incident as others are told of it: the data of a webhook. Names and meaning are kept; more may be added. Its texts are an attacker's, cut, and
 *  well-formed Unicode. */
export const IncidentEvent = z.object({
  schema: z.literal('incident/1'),
  id: z.string().describe('Stable over the incident’s life.'),
  title: z.string(),
  summary: z.string().describe('Severity, title and place on one line.'),
  severity: SeverityWords,
  status: Incident.shape.status,
  subject: z.object({ kind: Subject.shape.kind, name: z.string() }).describe('What it is about.'),
  place: z
    .object({
      cluster: z.string(),
      namespace: z.string().optional(),
      workload: z.string().optional(),
      pod: z.string().optional().describe('The pod that was heard of last.'),
      container: z.string().optional(),
      image: z.string().optional(),
      node: z.string().optional(),
      user: z.string().optional(),
    })
    .describe('Where it happens.'),
  counts: z.object({ detections: z.number().int(), pods: z.number().int() }),
  times: z
    .object({ first: Time, last: Time, opened: Time, updated: Time })
    .describe('Of the first and the last detection; when it was opened and last changed.'),
  rules: z.array(z.string()).describe('Up to 20.'),
  correlations: z.array(z.string()).describe('Up to 20, the worst first.'),
  mitre: z.array(z.string()).describe('ATT&CK ids, up to 20.'),
  evidence: z.array(EventEvidence).describe('The first detections and the worst, up to 10.'),
  actions: z.array(EventAction).describe('What was done or asked for, the last 20.'),
  acknowledged: z.object({ by: z.string() }).optional(),
  closed: z.object({ by: z.string().optional(), why: z.string().optional() }).optional(),
  link: z.string().optional().describe('The incident’s page.'),
})
export type IncidentEvent = z.infer<typeof IncidentEvent>

const NAME_BYTES = 300
const TEXT_BYTES = 600
const MOST_NAMES = 20
const MOST_EVIDENCE = 10
const MOST_ACTIONS = 20

/** What the table holds of an incident in the shape that others rely on; pure. Far below 64 KiB. */
export function incidentEvent(view: IncidentView, { url }: { readonly url?: string | undefined } = {}): IncidentEvent {
  const { incident } = view
  const severity = severityWords(incident.severity)
  const title = cut(incident.title, NAME_BYTES)
  const place = placeOf(view)
  const name = cut(place.pod && incident.pods.seen.length === 1 ? `${place.namespace}/${place.pod}` : subjectName(incident), NAME_BYTES)
  return {
    schema: 'incident/1',
    id: incident.id,
    title,
    summary: `${severity.name.charAt(0).toUpperCase()}${severity.name.slice(1)}: ${title} on ${name}`,
    severity,
    status: incident.status,
    subject: { kind: incident.subject.kind, name: cut(subjectName(incident), NAME_BYTES) },
    place,
    counts: { detections: incident.count, pods: incident.pods.seen.length },
    times: {
      first: time(milliseconds(incident.firstNs)),
      last: time(milliseconds(incident.lastNs)),
      opened: time(incident.openedMs),
      updated: time(Math.max(incident.updatedMs, ...view.actions.map(({ settledMs = 0 }) => settledMs))),
    },
    rules: names(incident.rules),
    correlations: names(incident.correlations),
    mitre: names(incident.mitre),
    evidence: mostTelling(incident.evidence, MOST_EVIDENCE).map(eventEvidence),
    actions: actionsOf(view),
    ...(incident.acknowledgedBy ? { acknowledged: { by: cut(incident.acknowledgedBy, NAME_BYTES) } } : {}),
    ...(incident.status === 'closed' ? { closed: closedOf(incident) } : {}),
    ...(url === undefined ? {} : { link: url }),
  }
}

function severityWords(number: Severity) {
  return { number, name: SEVERITY_NAMES[number] }
}

function names(all: readonly string[]): string[] {
  return all.slice(0, MOST_NAMES).map((one) => cut(one, NAME_BYTES))
}

function closedOf({ closedBy, closedWhy }: Incident) {
  return { ...(closedBy ? { by: cut(closedBy, NAME_BYTES) } : {}), ...(closedWhy ? { why: cut(closedWhy, TEXT_BYTES) } : {}) }
}

function subjectName({ subject }: Incident): string {
  const { cluster, namespace, workload, container, node, user } = subject
  if (workload !== undefined) return `${namespace ?? ''}/${workload}`
  return user ?? namespace ?? node ?? container ?? cluster
}

function placeOf({ incident, context }: IncidentView): IncidentEvent['place'] {
  const { subject } = incident
  const pod = latestPod(incident)
  const owner = context?.owners.at(-1)
  const known = {
    namespace: subject.namespace ?? pod?.namespace,
    workload: subject.workload ?? owner?.name,
    pod: pod?.pod,
    container: subject.container ?? pod?.containerId,
    image: pod?.image ?? incident.latest.image,
    node: subject.node ?? pod?.node ?? incident.latest.node,
    user: subject.user,
  }
  return { cluster: cut(subject.cluster, NAME_BYTES), ...texts(known, NAME_BYTES) }
}

/** Those that are said, each cut. */
function texts<Name extends string>(all: Readonly<Record<Name, string | undefined>>, max: number): Partial<Record<Name, string>> {
  const said = Object.entries<string | undefined>(all).flatMap(([name, text]) => (text ? [[name, cut(text, max)]] : []))
  return Object.fromEntries(said)
}

function eventEvidence(one: Evidence): IncidentEvent['evidence'][number] {
  const { id, rule, severity, timeNs, message, agent, namespace, pod, node, image, process, command, file, connection, user } = one
  return {
    id,
    rule: cut(rule, NAME_BYTES),
    severity: severityWords(severity),
    time: time(milliseconds(timeNs)),
    output: cut(message, TEXT_BYTES),
    ...texts({ agent, namespace, pod, pod_uid: one.podUid, container_id: one.containerId, image, node }, NAME_BYTES),
    ...texts({ process, command, file, connection, user }, TEXT_BYTES),
  }
}

function actionsOf(view: IncidentView): EventAction[] {
  const begun = new Set(view.actions.map(({ request }) => request.id))
  const asked = view.plans.filter(({ mode, request }) => mode === 'approve' && !begun.has(request.id))
  const waiting = asked.filter(({ decision, request }) => decision?.kind === 'rejected' || !isUsed(view, request.action, request.id))
  const settled = view.actions.toSorted((a, b) => (a.settledMs ?? a.begunMs ?? 0) - (b.settledMs ?? b.begunMs ?? 0))
  return [...settled.map(actionOf), ...waiting.map(planOf)].slice(-MOST_ACTIONS)
}

function actionOf({ request, outcome, settledMs }: ActionRecord): EventAction {
  return {
    ...requestOf(request),
    state: outcome?.state ?? 'begun',
    ...(outcome && 'guard' in outcome ? { guard: cut(outcome.guard, NAME_BYTES) } : {}),
    ...(outcome?.why ? { why: cut(outcome.why, TEXT_BYTES) } : {}),
    ...(settledMs === undefined ? {} : { time: time(settledMs) }),
  }
}

function planOf({ request, decision }: PlannedAction): EventAction {
  if (decision?.kind !== 'rejected') return { ...requestOf(request), state: 'asked' }
  const why = `rejected by ${decision.name}${decision.reason ? `: ${decision.reason}` : ''}`
  return { ...requestOf(request), state: 'rejected', why: cut(why, TEXT_BYTES), time: time(decision.atMs) }
}

function requestOf({ id, action, by, target }: ActionRequest): Pick<EventAction, 'id' | 'action' | 'by' | 'target'> {
  const name = by.kind === 'sweep' ? 'sweep' : by.name
  return {
    id,
    action: cut(action, NAME_BYTES),
    by: { kind: by.kind, name: cut(name, NAME_BYTES) },
    target: {
      cluster: cut(target.cluster, NAME_BYTES),
      namespace: cut(target.namespace, NAME_BYTES),
      pod: cut(target.pod, NAME_BYTES),
    },
  }
}

/** RFC 3339; an agent's clock may say what no date can. */
function time(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 253_402_300_799_000)).toISOString()
}

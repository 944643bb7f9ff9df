import * as z from 'zod'
import { Nanoseconds, Severity } from '../detection/detection.ts'
import { Evidence } from '../detection/evidence.ts'

/** What an incident is about. `key` tells subjects apart; the rest is for people. */
export const Subject = z.object({
  kind: z.enum(['workload', 'container', 'node', 'user', 'namespace', 'cluster']),
  key: z.string(),
  cluster: z.string(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  container: z.string().optional(),
  node: z.string().optional(),
  user: z.string().optional(),
})
export type Subject = z.infer<typeof Subject>

/** A correlation that came true here, when (nanoseconds; from the first to the last of what made it true), and for which group.
 *  `pods`: `namespace/name` of those that made it true, and `containers` the first 12 characters of their containers' ids; a response acts on no
 *  others for it. */
export const IncidentFiring = z.object({
  id: z.string(),
  correlation: z.string(),
  severity: Severity,
  group: z.array(z.string()),
  fromNs: Nanoseconds,
  toNs: Nanoseconds,
  hits: z.number().int(),
  pods: z.array(z.string()),
  containers: z.array(z.string()).default([]),
})
export type IncidentFiring = z.infer<typeof IncidentFiring>

/** The pods that were heard of: how many (up to 1,000 are told apart), and the names of the first 20 by name. */
export const IncidentPods = z.object({ names: z.array(z.string()), seen: z.array(z.string()) })

/** A container of a pod (`namespace/name`, the first 12 characters of its id), and when it was first heard of (Unix ms). */
export const IncidentPlace = z.object({ pod: z.string(), container: z.string(), sinceMs: z.number().int() })
export type IncidentPlace = z.infer<typeof IncidentPlace>

/** open → acknowledged → contained → closed; open again when there is worse or other news. `count` is the true number of detections;
 *  `evidence` holds the first of them by time, and the worst; `latest` the last. `cause`: the family of correlations that the rules are parts
 *  of, else the rule. Severity only rises. `routes` are the names of those that are told. `openedMs`, `updatedMs`: when the first and the last
 *  news came (Unix ms); `toldMs`: when it was last passed on to be shown, `tellMs`: when it will be. `revision` goes up with every change.
 *  `closedBy`, `closedWhy`: who closed it, and why, where a person did; `closedById`, `acknowledgedById`: which person, since names can be changed. `runbook`: of the correlation in the title (`of`), where it has one.
 *  `reopened`: when (Unix ms) and why it was last open again after it was acknowledged or contained. `places`: the first 100 containers that were heard of. `seen`, `batches`: the last detections and batches that were counted. */
export const Incident = z.object({
  id: z.string(),
  subject: Subject,
  cause: z.string(),
  title: z.string(),
  status: z.enum(['open', 'acknowledged', 'contained', 'closed']),
  severity: Severity,
  correlations: z.array(z.string()),
  firings: z.array(IncidentFiring).default([]),
  rules: z.array(z.string()),
  mitre: z.array(z.string()),
  count: z.number().int(),
  firstNs: Nanoseconds,
  lastNs: Nanoseconds,
  latest: Evidence,
  evidence: z.array(Evidence),
  pods: IncidentPods.default({ names: [], seen: [] }),
  places: z.array(IncidentPlace).default([]),
  seen: z.array(z.string()),
  batches: z.array(z.string()).default([]),
  routes: z.array(z.string()),
  silenced: z.array(z.string()).default([]),
  acknowledgedBy: z.string().optional(),
  acknowledgedById: z.string().optional(),
  closedBy: z.string().optional(),
  closedById: z.string().optional(),
  closedWhy: z.string().optional(),
  runbook: z.object({ of: z.string(), text: z.string() }).optional(),
  reopened: z.object({ atMs: z.number().int(), why: z.enum(['worse', 'another_container']) }).optional(),
  openedMs: z.number().int(),
  updatedMs: z.number().int(),
  toldMs: z.number().int().default(0),
  tellMs: z.number().int().default(0),
  revision: z.number().int(),
})
export type Incident = z.infer<typeof Incident>

export const EVIDENCE_CAP = 20

/** A silence that somebody asked for from this incident; `name` is that of the silence itself. Kept beside the incident under
 *  `silence#<name>`. */
export const IncidentSilence = z.object({
  name: z.string(),
  what: z.string(),
  untilMs: z.number().int(),
  by: z.string(),
  byId: z.string().optional(),
  atMs: z.number().int(),
  endedBy: z.string().optional(),
  endedById: z.string().optional(),
})
export type IncidentSilence = z.infer<typeof IncidentSilence>
export const silenceSortKey = (name: string): string => `silence#${name}`

/** Where an incident and all that belongs to it stands in the table: one partition. */
export const incidentPartition = (id: string): string => `incident#${id}`
export const incidentKey = (id: string) => ({ pk: incidentPartition(id), sk: 'incident' })

/** The last evidence that names a pod: what its buttons are for, and what is looked up. */
export function latestPod(
  { latest, evidence }: Pick<Incident, 'latest' | 'evidence'>,
  holds: (evidence: Evidence) => boolean = () => true,
): (Evidence & { readonly namespace: string; readonly pod: string }) | undefined {
  for (const one of [latest, ...evidence.toReversed()]) {
    if (one.namespace !== undefined && one.pod !== undefined && holds(one)) return { ...one, namespace: one.namespace, pod: one.pod }
  }
  return undefined
}

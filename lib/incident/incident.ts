import * as z from 'zod'
import { Nanoseconds, Severity } from '../detection/detection.ts'

/** What an incident is about. `key` tells subjects apart; the rest is for people and for finding the pod again. */
export const Subject = z.object({
  kind: z.enum(['pod', 'container', 'node', 'user']),
  key: z.string(),
  cluster: z.string(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
  container: z.string().optional(),
  node: z.string().optional(),
  user: z.string().optional(),
})
export type Subject = z.infer<typeof Subject>

/** What one detection showed, cut to what people look at first. Texts are an attacker's: escape them wherever they are shown. */
export const Evidence = z.object({
  id: z.string(),
  rule: z.string(),
  severity: Severity,
  timeNs: Nanoseconds,
  message: z.string(),
  process: z.string().optional(),
  command: z.string().optional(),
  file: z.string().optional(),
  connection: z.string().optional(),
  user: z.string().optional(),
  containerId: z.string().optional(),
  image: z.string().optional(),
  node: z.string().optional(),
  podUid: z.string().optional(),
})
export type Evidence = z.infer<typeof Evidence>

/** open → acknowledged → contained → closed. `count` is the true number of detections; `evidence` holds the first of them by time, and the
 *  worst; `latest` the last. `cause`: the correlation that the rules are parts of, else the rule. Severity only rises. `routes` are the names
 *  of those that are told. `openedMs`, `updatedMs`: when the first and the
 *  last news came (Unix ms). `revision` goes up with every change. */
export const Incident = z.object({
  id: z.string(),
  subject: Subject,
  cause: z.string(),
  title: z.string(),
  status: z.enum(['open', 'acknowledged', 'contained', 'closed']),
  severity: Severity,
  correlations: z.array(z.string()),
  rules: z.array(z.string()),
  mitre: z.array(z.string()),
  count: z.number().int(),
  firstNs: Nanoseconds,
  lastNs: Nanoseconds,
  latest: Evidence,
  evidence: z.array(Evidence),
  seen: z.array(z.string()),
  routes: z.array(z.string()),
  acknowledgedBy: z.string().optional(),
  openedMs: z.number().int(),
  updatedMs: z.number().int(),
  revision: z.number().int(),
})
export type Incident = z.infer<typeof Incident>

export const EVIDENCE_CAP = 20

/** Where an incident and all that belongs to it stands in the table: one partition. */
export const incidentPartition = (id: string): string => `incident#${id}`
export const incidentKey = (id: string) => ({ pk: incidentPartition(id), sk: 'incident' })

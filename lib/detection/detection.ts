import * as z from 'zod'

/** OCSF severity_id: 0 unknown, 1 informational, 2 low, 3 medium, 4 high, 5 critical. */
export const Severity = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
export type Severity = z.infer<typeof Severity>

export const SEVERITY_NAMES = ['unknown', 'informational', 'low', 'medium', 'high', 'critical'] as const

/** A field's value under the agent's own dotted name. Integers beyond 2^53 are decimal strings; null: the agent had no value. */
export const FieldValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
])
export type FieldValue = z.infer<typeof FieldValue>

/** Nanoseconds since 1970 as a decimal string: such numbers are over 2^53. */
export const Nanoseconds = z.string().regex(/^\d{1,19}$/)

/** The agents whose alerts are read, by the name in an envelope and in a condition's `alert.agent`. */
export const Agent = z.enum(['falco', 'tetragon', 'tracee', 'kubearmor', 'k8s_audit'])
export type Agent = z.infer<typeof Agent>

/** Where an alert came from, as the forwarder stamped it: no agent is believed about its cluster, and not every one names its node. */
export type Origin = { readonly cluster: string; readonly node?: string | undefined; readonly receivedMs: number }

/** One agent's alert in the schema that all agents share. `id` is a function of the content alone, so a redelivery has the same id.
 *  `container.id` has no scheme and may be a 12-character prefix. No `pod`: the detection is about a node (or not yet attributed).
 *  `aheadMs`: its agent's clock was so much ahead that `timeNs` is the time of arrival.
 *  `process`, `file`, `connection`, `user`: what people look at first, whatever the agent calls it; `user` is a name, or `uid 0` where only that is known. */
export const Detection = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  agent: Agent,
  rule: z.string(),
  severity: Severity,
  priority: z.string(),
  source: z.string(),
  timeNs: Nanoseconds,
  receivedMs: z.number().int(),
  aheadMs: z.number().int().optional(),
  cluster: z.string(),
  node: z.string().optional(),
  pod: z.object({ namespace: z.string(), name: z.string(), uid: z.string().optional() }).optional(),
  container: z.object({ id: z.string(), name: z.string().optional(), image: z.string().optional() }).optional(),
  process: z.object({ exe: z.string().optional(), cmdline: z.string().optional() }).optional(),
  file: z.string().optional(),
  connection: z.string().optional(),
  user: z.string().optional(),
  message: z.string(),
  tags: z.array(z.string()),
  mitre: z.array(z.string()),
  fields: z.record(z.string(), FieldValue),
})
export type Detection = z.infer<typeof Detection>

/** What is known of a detection before the whole of it is made. */
export type Head = Pick<Detection, 'rule' | 'severity' | 'priority'>

/** What a reader makes of one alert: a detection, the agent's word about itself (counted, never acted upon), an event that is no finding of
 *  any rule or policy (counted), or a refusal that says why. An agent's word about itself is a `detection` too, about its node: correlations may look at it. */
export type Reading =
  | ({ readonly kind: 'detection'; readonly detection: Detection } & Head)
  | { readonly kind: 'internal'; readonly rule: string; readonly priority: string; readonly detection?: Detection | undefined }
  | { readonly kind: 'telemetry'; readonly what: string }
  | { readonly kind: 'refused'; readonly reason: string }

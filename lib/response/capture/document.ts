import * as z from 'zod'

const Text = z.string()
const Thing = z.record(Text, z.unknown())

/** The log of one container of the pod. `previous`: of the instance before its last restart. `incomplete`: whether an end of what was asked for is
 *  missing: `start`, what is older than this; `end`, what is younger. */
export const ContainerLog = z.object({
  container: Text,
  kind: z.enum(['container', 'init', 'ephemeral']),
  previous: z.boolean(),
  text: Text,
  incomplete: z.enum(['start', 'end']).optional(),
})
export type ContainerLog = z.infer<typeof ContainerLog>

/** What evidence is kept as: what the API server said of a pod and what surrounds it, at one time, without secrets. `pod`, `owners` (the nearest first),
 *  `events` and `networkPolicies` (the namespace's) are Kubernetes' own objects, `node` a part of one. `unread`: what could not be read and why.
 *  `cut`: what was left out for its size. `redacted`: how often something was, by its kind. */
export const Evidence = z.object({
  schema: z.literal('creance.evidence/1'),
  /** ISO 8601, UTC. */
  taken: Text,
  incident: Text,
  action: Text,
  subject: z.object({ namespace: Text, name: Text, uid: Text }),
  /** `proven`: the pod was gone by the time evidence was taken; this is what it was when it was last read. */
  podIs: z.enum(['current', 'proven']),
  serviceAccount: Text.optional(),
  pod: Thing,
  owners: z.array(Thing),
  node: Thing.optional(),
  events: z.array(Thing),
  networkPolicies: z.array(Thing),
  logs: z.array(ContainerLog),
  unread: z.array(z.object({ what: Text, why: Text })),
  cut: z.array(Text),
  redacted: z.record(Text, z.number()),
})
export type Evidence = z.infer<typeof Evidence>
export type Thing = z.infer<typeof Thing>

import * as z from 'zod'
import { short } from './bounds.ts'

/** One thing that the pod's service account may do. `words` completes "may …"; `names`: only with these objects. `where`: the namespace; unset:
 *  all of them. `by`: the binding, and `role` what it binds, each by kind and name. */
export const GrantedPower = z.object({
  words: z.string(),
  where: z.string().optional(),
  by: z.string(),
  role: z.string(),
  names: z.array(z.string()).optional(),
})
export type GrantedPower = z.infer<typeof GrantedPower>

/** `tokenMounted`: a process in the pod can act as this account. `cloudRole`: what it is in the cloud. The worst powers first; `morePowers` are left out. */
export const Account = z.object({
  name: z.string(),
  tokenMounted: z.boolean(),
  cloudRole: z.string().optional(),
  powers: z.array(GrantedPower),
  morePowers: z.number().int(),
})
export type Account = z.infer<typeof Account>

/** `ports` as `443/TCP`, with the node's port where it has one: `443/TCP on 30443`. `addresses`: where it is reached from outside. */
export const ExposingService = z.object({ name: z.string(), type: z.string(), ports: z.array(z.string()), addresses: z.array(z.string()) })
/** `to`: the Service. An empty host is any. */
export const ExposingRoute = z.object({ ingress: z.string(), host: z.string(), path: z.string(), to: z.string() })
export const Exposure = z.object({ services: z.array(ExposingService), routes: z.array(ExposingRoute) })
export type Exposure = z.infer<typeof Exposure>

export const PodEvent = z.object({
  atMs: z.number().int(),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.number().int(),
})
export type PodEvent = z.infer<typeof PodEvent>

/** Incidents of the same subject that were opened before; `last` is the one before this. */
export const Earlier = z.object({
  count: z.number().int(),
  last: z.object({ id: z.string(), title: z.string(), status: z.string(), openedMs: z.number().int() }).optional(),
})
export type Earlier = z.infer<typeof Earlier>

/** What the cluster knew of an incident's pod (`of`: `namespace/name`) when it was asked (`atMs`). `owners` from the pod upwards. `absent`: why there
 *  is no such pod. `containers` with the digest that runs. `dangers`: what brings a container close to its node, the worst first, and in which
 *  containers (none: the whole pod). `siblings`: the other pods of its workload. `neighbours`: what else runs on its node, where that was looked at.
 *  `events`: the last ones. `unread` names what could not be read, and why. Every text is cut; together they are far below 100 KB. */
export const Context = z.object({
  atMs: z.number().int(),
  of: z.string().optional(),
  absent: z.string().optional(),
  pod: z
    .object({ uid: z.string(), serviceAccount: z.string(), images: z.array(z.string()), labels: z.record(z.string(), z.string()) })
    .optional(),
  containers: z.array(z.object({ name: z.string(), image: z.string(), digest: z.string().optional() })).default([]),
  dangers: z.array(z.object({ what: z.string(), containers: z.array(z.string()) })).default([]),
  owners: z.array(z.object({ apiVersion: z.string().default(''), kind: z.string(), name: z.string(), uid: z.string() })),
  node: z
    .object({
      name: z.string(),
      kubelet: z.string(),
      os: z.string(),
      unschedulable: z.boolean().default(false),
      taints: z.array(z.string()).default([]),
    })
    .optional(),
  neighbours: z.object({ names: z.array(z.string()), count: z.number().int() }).optional(),
  account: Account.optional(),
  exposure: Exposure.optional(),
  siblings: z.object({ count: z.number().int(), ready: z.number().int() }).optional(),
  events: z.array(PodEvent).default([]),
  earlier: Earlier.optional(),
  unread: z.array(z.string()),
})
export type Context = z.infer<typeof Context>

export const contextSortKey = 'context'

export type PodName = { readonly namespace: string; readonly pod: string }

export function nameOf({ namespace, pod }: PodName): string {
  return short(`${namespace}/${pod}`, 400)
}

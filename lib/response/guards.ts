import * as z from 'zod'
import { DurationSeconds, Rate } from '../duration.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import { MaintenanceWindow, openWindow } from './maintenance.ts'
import type { Outcome } from './outcome.ts'
import { ReplicaFloor } from './replica-floor.ts'
import type { ActionRequest } from './request.ts'

const ServiceAccountName = z.string().regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'expected namespace/name of a service account')

/** What no action may do, whoever asks. Several `guards` items add up: lists are joined, the
 *  shortest age, every budget, the longest cool-down and every replica floor hold. */
export const Guards = z.strictObject({
  protected_namespaces: z
    .array(z.string().min(1))
    .default([])
    .describe('Beside kube-system, kube-public, kube-node-lease and where Creance itself runs, which are in any case.'),
  protected_labels: z.record(z.string(), z.string()).default({}).describe('Pods that have one of them. Who can label a pod can exempt it.'),
  protected_service_accounts: z.array(ServiceAccountName).default([]).describe('Pods that run as one of them, as namespace/name.'),
  max_evidence_age: DurationSeconds.default(3600).describe('For responses: how old what they act upon may be.'),
  budget: z
    .strictObject({ per_cluster: Rate.prefault('20/h'), per_namespace: Rate.prefault('10/h'), per_workload: Rate.prefault('10/h') })
    .prefault({})
    .describe('How much responses may do: so many actions in a time, such as 20/h or 3/10m.'),
  cooldown: DurationSeconds.prefault('10m').describe('Before another incident’s response acts on the same pod.'),
  replica_floor: ReplicaFloor.optional().describe(
    'For responses: how many other ready pods of the workload must be left, as a number or a share of its replicas such as 50%.',
  ),
  maintenance: z.array(MaintenanceWindow).default([]).describe('When responses do nothing.'),
  dry_run: z.boolean().default(false).describe('Every action only says what it would do, whoever asks.'),
})
type GuardsOfFile = z.infer<typeof Guards>
export const GuardsItem = z.strictObject({ guards: Guards })

/** All guards of an installation, joined. */
export type Guards = Omit<GuardsOfFile, 'replica_floor' | 'budget'> & {
  readonly replica_floors: readonly ReplicaFloor[]
  readonly budget: Readonly<Record<'per_cluster' | 'per_namespace' | 'per_workload', readonly Rate[]>>
}

/** What holds beside what files say. `own`: the namespace that Creance runs in. */
export function baseGuards(own = 'creance'): Guards {
  return {
    protected_namespaces: ['kube-system', 'kube-public', 'kube-node-lease', own],
    protected_labels: {}, // none: who can label a pod could exempt it
    protected_service_accounts: [],
    max_evidence_age: 3600,
    budget: { per_cluster: [], per_namespace: [], per_workload: [] },
    cooldown: 0,
    replica_floors: [],
    maintenance: [],
    dry_run: false,
  }
}

/** All of them together. Where no file says anything, the defaults of one that does hold. */
export function joinGuards(base: Guards, files: readonly GuardsOfFile[]): Guards {
  return (files.length > 0 ? files : [Guards.parse({})]).reduce(
    (joined, { replica_floor, ...guards }) => ({
      protected_namespaces: [...new Set([...joined.protected_namespaces, ...guards.protected_namespaces])],
      protected_labels: { ...joined.protected_labels, ...guards.protected_labels },
      protected_service_accounts: [...new Set([...joined.protected_service_accounts, ...guards.protected_service_accounts])],
      max_evidence_age: Math.min(joined.max_evidence_age, guards.max_evidence_age),
      budget: {
        per_cluster: [...joined.budget.per_cluster, guards.budget.per_cluster],
        per_namespace: [...joined.budget.per_namespace, guards.budget.per_namespace],
        per_workload: [...joined.budget.per_workload, guards.budget.per_workload],
      },
      cooldown: Math.max(joined.cooldown, guards.cooldown),
      replica_floors: [...joined.replica_floors, ...(replica_floor === undefined ? [] : [replica_floor])],
      maintenance: [...joined.maintenance, ...guards.maintenance],
      dry_run: joined.dry_run || guards.dry_run,
    }),
    base,
  )
}

const RESUME_WITHIN_MS = 3600_000

type Refusal = Extract<Outcome, { state: 'refused' | 'expired' }>

/** What the request alone says: too late, a protected namespace, a time of maintenance, stale evidence. Maintenance and age hold for responses: a
 *  person who presses knows what they look at, and the button has its own expiry. `begunMs`: it was begun then, and is taken up again; for an hour
 *  its times are not held against it. Undefined: nothing against it. */
export function guardRequest(
  { target, expiresMs, by }: ActionRequest,
  guards: Guards,
  { nowMs, begunMs }: { readonly nowMs: number; readonly begunMs?: number | undefined },
): Refusal | undefined {
  if (guards.protected_namespaces.includes(target.namespace)) {
    return { state: 'refused', guard: 'protected_namespace', why: `namespace ${target.namespace} is protected` }
  }
  if (begunMs !== undefined && nowMs < begunMs + RESUME_WITHIN_MS) return undefined
  if (nowMs >= expiresMs) return { state: 'expired', why: 'it was not begun in time' }
  const window = by.kind === 'response' ? openWindow(guards.maintenance, nowMs) : undefined
  if (window) return { state: 'refused', guard: 'maintenance', why: `maintenance "${window.name}": responses do nothing until it is over` }
  const ageSeconds = Math.floor(nowMs / 1000) - Number(BigInt(target.seenNs) / 1_000_000_000n)
  if (by.kind === 'response' && ageSeconds > guards.max_evidence_age) {
    return { state: 'refused', guard: 'stale', why: `the evidence is ${ageSeconds} s old, allowed are ${guards.max_evidence_age} s` }
  }
  if (ageSeconds < -300) return { state: 'refused', guard: 'stale', why: 'the evidence is dated in the future' }
  return undefined
}

const PodSpec = z.object({ serviceAccountName: z.string().default('default') }).catch({ serviceAccountName: 'default' })

/** What the pod itself says: a protected label or service account; a mirror pod, which only its node can change. */
export function guardPod({ metadata, spec }: KubernetesObject, guards: Guards): Refusal | undefined {
  const label = Object.entries(guards.protected_labels).find(([key, value]) => metadata.labels?.[key] === value)
  if (label) return { state: 'refused', guard: 'protected_label', why: `pods labelled ${label[0]}=${label[1]} are protected` }
  const account = `${metadata.namespace ?? ''}/${PodSpec.parse(spec ?? {}).serviceAccountName}`
  if (guards.protected_service_accounts.includes(account)) {
    return { state: 'refused', guard: 'protected_service_account', why: `pods that run as service account ${account} are protected` }
  }
  if (metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    return { state: 'refused', guard: 'mirror_pod', why: 'a static pod is managed by its node; the API server cannot act on it' }
  }
  return undefined
}

import * as z from 'zod'
import { DurationSeconds, Rate } from '../duration.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Outcome } from './outcome.ts'
import type { ActionRequest } from './request.ts'

/** What no action may do, whoever asks. Several `guards` items add up: lists are joined, the
 *  shortest age, the smallest budgets and the longest cool-down hold. */
export const Guards = z.strictObject({
  protected_namespaces: z
    .array(z.string().min(1))
    .default([])
    .describe('Beside kube-system, kube-public, kube-node-lease and creance, which are in any case.'),
  protected_labels: z.record(z.string(), z.string()).default({}).describe('Pods that have one of them. Who can label a pod can exempt it.'),
  max_evidence_age: DurationSeconds.default(3600).describe('For responses: how old what they act upon may be.'),
  budget: z
    .strictObject({ per_cluster: Rate.prefault('20/h'), per_namespace: Rate.prefault('10/h') })
    .prefault({})
    .describe('How much responses may do: so many in a time, such as 20/h or 3/10m.'),
  cooldown: DurationSeconds.prefault('10m').describe('Before another incident’s response acts on the same pod.'),
})
export type Guards = z.infer<typeof Guards>
export const GuardsItem = z.strictObject({ guards: Guards })

/** What holds before any file says so. */
export const BASE_GUARDS: Guards = {
  protected_namespaces: ['kube-system', 'kube-public', 'kube-node-lease', 'creance'], // the last: where Creance itself is installed
  protected_labels: {}, // none: who can label a pod could exempt it
  max_evidence_age: 3600,
  budget: { per_cluster: { limit: 1000, windowSeconds: 3600 }, per_namespace: { limit: 1000, windowSeconds: 3600 } },
  cooldown: 0,
}

export function joinGuards(all: readonly Guards[]): Guards {
  return all.reduce((joined, guards) => ({
    protected_namespaces: [...new Set([...joined.protected_namespaces, ...guards.protected_namespaces])],
    protected_labels: { ...joined.protected_labels, ...guards.protected_labels },
    max_evidence_age: Math.min(joined.max_evidence_age, guards.max_evidence_age),
    budget: {
      per_cluster: smaller(joined.budget.per_cluster, guards.budget.per_cluster),
      per_namespace: smaller(joined.budget.per_namespace, guards.budget.per_namespace),
    },
    cooldown: Math.max(joined.cooldown, guards.cooldown),
  }))
}

function smaller(a: Rate, b: Rate): Rate {
  return a.limit / a.windowSeconds <= b.limit / b.windowSeconds ? a : b
}

const RESUME_WITHIN_MS = 3600_000

type Refusal = Extract<Outcome, { state: 'refused' | 'expired' }>

/** What the request alone says: too late, a protected namespace, stale evidence. The age holds for responses: a person who presses knows
 *  what they look at, and the button has its own expiry. `begunMs`: it was begun then, and is taken up again; for an hour its times are not
 *  held against it. Undefined: nothing against it. */
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
  const ageSeconds = Math.floor(nowMs / 1000) - Number(BigInt(target.seenNs) / 1_000_000_000n)
  if (by.kind === 'response' && ageSeconds > guards.max_evidence_age) {
    return { state: 'refused', guard: 'stale', why: `the evidence is ${ageSeconds} s old, allowed are ${guards.max_evidence_age} s` }
  }
  if (ageSeconds < -300) return { state: 'refused', guard: 'stale', why: 'the evidence is dated in the future' }
  return undefined
}

/** What the pod itself says: a protected label; a mirror pod, which only its node can change. */
export function guardPod({ metadata }: KubernetesObject, guards: Guards): Refusal | undefined {
  const label = Object.entries(guards.protected_labels).find(([key, value]) => metadata.labels?.[key] === value)
  if (label) return { state: 'refused', guard: 'protected_label', why: `pods labelled ${label[0]}=${label[1]} are protected` }
  if (metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    return { state: 'refused', guard: 'mirror_pod', why: 'a static pod is managed by its node; the API server cannot act on it' }
  }
  return undefined
}

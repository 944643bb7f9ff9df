import type { z } from 'zod'
import type { Cluster, KubernetesObject } from '../port/cluster.ts'
import type { EvidenceStore } from '../port/evidence.ts'
import type { Clock } from '../port/log.ts'
import type { Outcome, Refusal } from './outcome.ts'

/** The pod that an action may touch: proven to be the one the evidence speaks of (see prove.ts). */
export type ProvenPod = {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly labels: Readonly<Record<string, string>>
  readonly object: KubernetesObject
}

/** `actionId` and `incident`: what an action is done for, to be written on what it makes. */
export type ActionContext = {
  readonly cluster: Cluster
  readonly evidence: EvidenceStore
  readonly clock: Clock
  /** The pod as it was proven just now; undefined when an action is taken up again without it. */
  readonly proven?: KubernetesObject
  readonly actionId: string
  readonly incident: string
}

export type RbacRule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }

/** What `run` and `undo` work from, read before anything is done; or why it is not done on this pod. */
export type Prepared<Data> = { readonly kind: 'ready'; readonly data: Data } | Refused
export type Refused = { readonly kind: 'refusal'; readonly outcome: Refusal }

/** One kind of action, all of it in one file. `prepare` only reads, and runs for a dry run too. Its data (JSON) is written down before
 *  `run`, so that whatever happens it can be taken up again and undone: `run` and `undo` are functions of it alone, may be called again
 *  after a crash at any point, and then bring about the same state. All three throw CodedError where the API server fails. */
export type Action<Parameters = never, Data = never> = {
  readonly name: string
  /** The button's word. */
  readonly title: string
  readonly description: string
  readonly parameters: z.ZodType<Parameters>
  readonly data: z.ZodType<Data>
  /** What the acting identity needs for `prepare`, `run` and `undo`, beside what respond itself reads (rbac.ts); without parameters: what it needs by hand. */
  readonly rbac: (parameters: Parameters | undefined) => readonly RbacRule[]
  /** As it would stand under `actions:` in a response. */
  readonly example: string
  /** Whether a person should be asked once more before it runs. */
  readonly destructive: boolean
  /** Whether the pod is gone after it, so that evidence must be taken first. */
  readonly losesPod: boolean
  /** Whether the pod no longer serves after it: held by the replica floor. `pod`: this one; `workload`: all of them. */
  readonly takesAway: 'nothing' | 'pod' | 'workload'
  /** What it means that the pod is gone when an action that was begun before is taken up again. */
  readonly goneAfterBegin: 'done' | 'skipped' | 'run'
  /** Whether what it made is still there when the pod is gone, and so is worth undoing. */
  readonly outlivesPod: boolean
  /** After how many seconds the action is to be undone; undefined: never. */
  readonly lifetimeSeconds?: (parameters: Parameters) => number | undefined
  readonly prepare: (pod: ProvenPod, parameters: Parameters, context: ActionContext) => Promise<Prepared<Data>>
  readonly run: (data: Data, context: ActionContext) => Promise<Outcome>
  /** Puts back what `run` did, however far it got. */
  readonly undo?: (data: Data, context: ActionContext) => Promise<Outcome>
}

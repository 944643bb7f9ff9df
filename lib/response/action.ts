import type { z } from 'zod'
import type { ClusterReader, ClusterWriter, KubernetesObject } from '../port/cluster.ts'
import type { Outcome } from './outcome.ts'

/** The pod that an action may touch: proven to be the one the evidence speaks of (see prove.ts). */
export type ProvenPod = {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly labels: Readonly<Record<string, string>>
  readonly object: KubernetesObject
}

/** What an action is done for, to be written on what it makes. */
export type ActionContext = { readonly cluster: ClusterReader & ClusterWriter; readonly actionId: string; readonly incident: string }

/** What its undo needs, as `undoOf` said before the action was begun, and the place it acted in. */
export type Undoing = {
  readonly undo: Readonly<Record<string, unknown>>
  readonly namespace: string
  readonly pod: string
  readonly cluster: ClusterReader & ClusterWriter
}

export type RbacRule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }

/** One kind of action, all of it in one file. `run` and `undo` may be called again after a crash at any point, and then bring about
 *  the same state. Both throw CodedError where the API server fails. */
export type Action<Parameters = never> = {
  readonly name: string
  /** The button's word. */
  readonly title: string
  readonly description: string
  readonly parameters: z.ZodType<Parameters>
  readonly rbac: readonly RbacRule[]
  /** As it would stand under `actions:` in a response. */
  readonly example: string
  /** Whether a person should be asked once more before it runs. */
  readonly destructive: boolean
  /** What it means that the pod is gone when an action that was begun before is taken up again. */
  readonly goneAfterBegin: 'done' | 'skipped'
  /** Whether what it made is still there when the pod is gone, and so is worth undoing. */
  readonly outlivesPod: boolean
  /** After how many seconds the action is to be undone; undefined: never. */
  readonly lifetimeSeconds?: (parameters: Parameters) => number | undefined
  readonly run: (pod: ProvenPod, parameters: Parameters, context: ActionContext) => Promise<Outcome>
  /** What undo will need, from what is known before anything is done; kept before `run`, so that whatever happens it can be undone. */
  readonly undoOf?: (pod: ProvenPod, parameters: Parameters, actionId: string) => Readonly<Record<string, unknown>>
  /** Puts back what `run` did, however far it got. */
  readonly undo?: (undoing: Undoing) => Promise<Outcome>
}

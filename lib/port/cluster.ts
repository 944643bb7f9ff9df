/** Any Kubernetes object, as the API server gives it. */
export type KubernetesObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly creationTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly OwnerReference[]
    readonly deletionTimestamp?: string
  }
  readonly spec?: unknown
  readonly status?: unknown
}

export type OwnerReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** What a name in the cluster means: kind and place. Cluster-scoped kinds have no namespace. */
export type ObjectName = { readonly apiVersion: string; readonly kind: string; readonly namespace?: string; readonly name: string }

/** A name and the uid of the very object that is meant. */
export type ObjectIdentity = ObjectName & { readonly uid: string }

/** Changes to an object: a JSON merge patch, in which null removes a key. The object must still have this uid and resourceVersion.
 *  `subresource`: what is patched is `…/scale`, whose `spec` is `{replicas}`; it needs a right to that alone. */
export type Patch = ObjectIdentity & {
  readonly resourceVersion: string
  readonly subresource?: 'scale'
  readonly labels?: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Deletes only the object with this uid. `graceSeconds`: pods; unset leaves the pod's own grace period. */
export type Deletion = ObjectIdentity & { readonly graceSeconds?: number }

/** Evicts the pod with this uid, if its disruption budgets allow it. `dryRun`: only asks whether they would. */
export type Eviction = {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly graceSeconds?: number
  readonly dryRun?: boolean
}

/** The log of one container, its end. `previous`: of the instance before its last restart. */
export type LogQuery = {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly previous?: boolean
  readonly tailLines: number
  readonly limitBytes: number
}

export type ListQuery = {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
  readonly limit?: number
}

/** Reads: `get` and `logs` say undefined where there is no such object (or no such earlier instance). `list` filters by Kubernetes' own
 *  selectors. `serves`: whether the API server knows the kind.
 *  Errors of both halves: CodedError `not_permitted` (RBAC: names verb and resource), `unauthorized`, `throttled`, `unavailable`, `invalid_input`. */
export type ClusterReader = {
  readonly get: (name: ObjectName) => Promise<KubernetesObject | undefined>
  readonly list: (query: ListQuery) => Promise<readonly KubernetesObject[]>
  readonly logs: (query: LogQuery) => Promise<string | undefined>
  readonly serves: (kind: { readonly apiVersion: string; readonly kind: string }) => Promise<boolean>
}

/** Writes, each with its precondition. What is expected to happen is a value: `absent` (gone, or the uid is another's),
 *  `exists` (create), `conflict` (resourceVersion moved on), `blocked` (by a PodDisruptionBudget). */
export type ClusterWriter = {
  readonly create: (object: KubernetesObject) => Promise<'created' | 'exists'>
  readonly patch: (patch: Patch) => Promise<'patched' | 'absent' | 'conflict'>
  readonly remove: (deletion: Deletion) => Promise<'removed' | 'absent'>
  readonly evict: (eviction: Eviction) => Promise<'evicted' | 'absent' | 'blocked'>
}

export type Cluster = ClusterReader & ClusterWriter

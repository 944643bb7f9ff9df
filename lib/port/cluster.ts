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

/** Changes to an object's labels and annotations; null removes a key. The object must still have this uid and resourceVersion. */
export type MetadataPatch = ObjectName & {
  readonly uid: string
  readonly resourceVersion: string
  readonly labels?: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, string | null>>
}

/** Deletes only the object with this uid. `graceSeconds`: pods; unset leaves the pod's own grace period. */
export type Deletion = ObjectName & { readonly uid: string; readonly graceSeconds?: number }

/** Reads: `get` says undefined where there is no such object. `list` filters by Kubernetes' own selectors.
 *  Errors of both halves: CodedError `not_permitted` (RBAC: names verb and resource), `unauthorized`, `throttled`, `unavailable`, `invalid_input`. */
export type ClusterReader = {
  readonly get: (name: ObjectName) => Promise<KubernetesObject | undefined>
  readonly list: (query: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace?: string
    readonly fieldSelector?: string
    readonly labelSelector?: string
    readonly limit?: number
  }) => Promise<readonly KubernetesObject[]>
}

/** Writes, each with its precondition. What is expected to happen is a value: `absent` (gone, or the uid is another's),
 *  `exists` (create), `conflict` (resourceVersion moved on). */
export type ClusterWriter = {
  readonly create: (object: KubernetesObject) => Promise<'created' | 'exists'>
  readonly patchMetadata: (patch: MetadataPatch) => Promise<'patched' | 'absent' | 'conflict'>
  readonly remove: (deletion: Deletion) => Promise<'removed' | 'absent'>
}

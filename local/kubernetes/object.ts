import * as z from 'zod'

export const TextMap = z.record(z.string(), z.string())

export const OwnerReference = z.looseObject({
  apiVersion: z.string().default(''),
  kind: z.string().default(''),
  name: z.string().default(''),
  uid: z.string().default(''),
  controller: z.boolean().optional(),
})
export type OwnerReference = z.infer<typeof OwnerReference>

/** Names are empty where a client gave none. The server's own fields are empty until it has set them. */
export const Metadata = z.looseObject({
  name: z.string().default(''),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
  labels: TextMap.optional(),
  annotations: TextMap.optional(),
  ownerReferences: z.array(OwnerReference).optional(),
  finalizers: z.array(z.string()).optional(),
})

/** Any Kubernetes object: of the rest, `spec` is checked by its kind and everything else is kept as it came. */
export const ApiObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: Metadata.prefault({}),
  spec: z.looseObject({}).optional(),
  status: z.looseObject({}).optional(),
})
export type ApiObject = z.infer<typeof ApiObject>

/** Unix milliseconds as Kubernetes writes times: RFC 3339, UTC, whole seconds. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The owner that controls this object, if any. */
export function controllerOf(object: ApiObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller)
}

/** The reference that makes `owner` the controller of another object. */
export function ownedBy({ apiVersion, kind, metadata: { name, uid } }: ApiObject): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

/** The object with these owners and no others. */
export function withOwners(object: ApiObject, owners: readonly OwnerReference[]): ApiObject {
  const { ownerReferences: _, ...metadata } = object.metadata
  return { ...object, metadata: owners.length > 0 ? { ...metadata, ownerReferences: [...owners] } : metadata }
}

/** The object without one of its owners. */
export function withoutOwner(object: ApiObject, uid: string): ApiObject {
  return withOwners(
    object,
    (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid),
  )
}

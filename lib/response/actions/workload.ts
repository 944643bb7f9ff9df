import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'

/** A workload in an action's data. */
export const WorkloadIdentity = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string().min(1),
})
export type WorkloadIdentity = z.infer<typeof WorkloadIdentity>

export function identityOf({ apiVersion, kind, metadata }: KubernetesObject): WorkloadIdentity {
  const { namespace = '', name, uid = '' } = metadata
  return { apiVersion, kind, namespace, name, uid }
}

const Generation = z.object({ generation: z.number() })

/** How often the object's spec was changed; undefined where the API server does not count. */
export function generationOf({ metadata }: KubernetesObject): number | undefined {
  return Generation.safeParse(metadata).data?.generation
}

/** Whether the spec was changed just so often; what is not counted is. */
export function isOfGeneration(object: KubernetesObject, generation: number | undefined): boolean {
  const now = generationOf(object)
  return now === undefined || generation === undefined || now === generation
}

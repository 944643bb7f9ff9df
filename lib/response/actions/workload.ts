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

import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Store } from '../port/store.ts'
import type { ActionRequest } from './request.ts'

const Env = z.object({ name: z.string() })
const Container = z.looseObject({ env: z.array(Env).optional() })
const PodSpec = z.looseObject({
  containers: z.array(Container).optional(),
  initContainers: z.array(Container).optional(),
  ephemeralContainers: z.array(Container).optional(),
})
const MAX_BYTES = 300 * 1024

/** Keeps what the API server says of the pod, once an action, before anything is done that may lose it. Values of environment variables
 *  are left out: they hold secrets. What is too large for an item is kept up to there, as text. */
export async function keepEvidence(
  pod: KubernetesObject,
  { id, incident }: ActionRequest,
  { store }: { readonly store: Store },
): Promise<void> {
  const { apiVersion, kind, metadata, status } = pod
  const spec = PodSpec.safeParse(pod.spec).data ?? {}
  const data = { apiVersion, kind, metadata: { ...metadata, annotations: undefined, managedFields: undefined }, status, spec }
  const text = JSON.stringify(data)
  // JSON within JSON: a character takes up to six bytes
  const kept = Buffer.byteLength(text) <= MAX_BYTES ? data : { truncated: true, text: text.slice(0, MAX_BYTES / 6) }
  await store.put({ pk: incidentPartition(incident), sk: `evidence#${id}`, data: kept }, 'absent')
}

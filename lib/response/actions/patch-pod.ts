import { CodedError } from '../../error.ts'
import type { ClusterReader, ClusterWriter } from '../../port/cluster.ts'

const POD = { apiVersion: 'v1', kind: 'Pod' } as const

type Labels = Readonly<Record<string, string | null>>

/** Sets labels (null removes one) on the pod with this uid and no other. `labels` may depend on those that it has now. Reads it again where somebody else changed it in between;
 *  gives up with `conflict` after five times, so that the request is delivered again. */
export async function patchPod(
  cluster: ClusterReader & ClusterWriter,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
  labels: Labels | ((current: Readonly<Record<string, string>>) => Labels),
): Promise<'patched' | 'absent'> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const pod = await cluster.get({ ...POD, namespace, name })
    if (!pod || pod.metadata.uid !== uid) return 'absent'
    const current = pod.metadata.labels ?? {}
    const wanted = typeof labels === 'function' ? labels(current) : labels
    if (Object.entries(wanted).every(([key, value]) => (current[key] ?? null) === value)) return 'patched'
    const resourceVersion = pod.metadata.resourceVersion ?? ''
    const result = await cluster.patchMetadata({ ...POD, namespace, name, uid, resourceVersion, labels: wanted })
    if (result !== 'conflict') return result
  }
  throw new CodedError('conflict', `pod ${namespace}/${name} kept changing while its labels were to be set`)
}

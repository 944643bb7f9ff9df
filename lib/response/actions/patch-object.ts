import { CodedError } from '../../error.ts'
import type { Cluster, KubernetesObject, ObjectIdentity, Patch } from '../../port/cluster.ts'

/** What to change: labels and annotations (null removes one), and spec. */
export type Change = Pick<Patch, 'labels' | 'annotations' | 'spec' | 'subresource'>

const ATTEMPTS = 5

/** Changes the object with this uid and no other. `change` says what, by how the object is now (`known`: as it was read just before); undefined: it is as wanted already. Reads it
 *  again where somebody else changed it in between; gives up with `conflict` after five times, so that the request is delivered again. */
export async function patchObject(
  cluster: Cluster,
  { apiVersion, kind, namespace, name, uid }: ObjectIdentity,
  change: (current: KubernetesObject) => Change | undefined,
  known?: KubernetesObject,
): Promise<'patched' | 'unchanged' | 'absent'> {
  const place = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const object = attempt === 0 && known?.metadata.uid === uid ? known : await cluster.get(place)
    if (!object || object.metadata.uid !== uid) return 'absent'
    const wanted = change(object)
    if (!wanted) return 'unchanged'
    const result = await cluster.patch({ ...place, uid, resourceVersion: object.metadata.resourceVersion ?? '', ...wanted })
    if (result !== 'conflict') return result
  }
  throw new CodedError('conflict', `${kind} ${name} kept changing while it was to be changed`)
}

type Texts = Readonly<Record<string, string>>

/** Those of the wanted keys (null: none) that are not so yet; undefined where all are. */
export function missing(
  wanted: Readonly<Record<string, string | null>>,
  current: Texts = {},
): Readonly<Record<string, string | null>> | undefined {
  const left = Object.entries(wanted).filter(([key, value]) => (current[key] ?? null) !== value)
  return left.length > 0 ? Object.fromEntries(left) : undefined
}

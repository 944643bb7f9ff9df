import * as z from 'zod'
import type { ClusterReader, KubernetesObject } from '../port/cluster.ts'
import { listOf } from './bounds.ts'

export type Owner = { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string }

/** Who makes a pod writes its ownerReferences: what has not the shape of a name is not asked for. */
const Reference = z.object({
  apiVersion: z.string().regex(/^(?:[a-z0-9.-]{1,253}\/)?v[a-z0-9]{1,30}$/),
  kind: z.string().regex(/^[A-Za-z0-9]{1,63}$/),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/),
  uid: z.string().min(1).max(128),
})
const IsController = z.object({ controller: z.literal(true) })
const References = listOf(z.unknown(), 1000)

const MAX_OWNERS = 5

/** What the object says of its controller, the one owner that counts it: other owners only decide when it is collected as garbage. */
export function controllerReference({ metadata }: KubernetesObject): Owner | undefined {
  const controller = References.parse(metadata.ownerReferences).find((one) => IsController.safeParse(one).success)
  return Reference.safeParse(controller).data
}

/** The objects above this one, the nearest first, each read when it is asked for: always the controller. An owner counts only while what has its name
 *  has the uid that the child gives; whether it knows of the child is not asked (proven-owners.ts does). At most 5. Errors: ClusterReader's. */
export async function* ownersAbove(object: KubernetesObject, cluster: Pick<ClusterReader, 'get'>): AsyncGenerator<KubernetesObject> {
  const { namespace } = object.metadata
  let child = object
  for (let count = 0; count < MAX_OWNERS; count++) {
    const reference = controllerReference(child)
    if (!reference) return
    const { apiVersion, kind, name, uid } = reference
    // An owner is in the same namespace or in none; of a kind that has none, the namespace is not looked at.
    const owner = await cluster.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })
    if (owner?.metadata.uid !== uid) return
    child = { ...owner, apiVersion, kind }
    yield child
  }
}

export function ownerName({ apiVersion, kind, metadata: { name, uid = '' } }: KubernetesObject): Owner {
  return { apiVersion, kind, name, uid }
}

import { type Owner, ownerName, ownersAbove } from '../../lib/context/owners.ts'
import type { ClusterReader, KubernetesObject } from '../../lib/port/cluster.ts'

/** All that ownersAbove gives, the nearest first. */
export async function ownerChain(object: KubernetesObject, cluster: Pick<ClusterReader, 'get'>): Promise<readonly KubernetesObject[]> {
  const owners: KubernetesObject[] = []
  for await (const owner of ownersAbove(object, cluster)) owners.push(owner)
  return owners
}

/** As `ownerChain`, by name alone. */
export async function ownersOf(object: KubernetesObject, cluster: Pick<ClusterReader, 'get'>): Promise<readonly Owner[]> {
  return (await ownerChain(object, cluster)).map(ownerName)
}

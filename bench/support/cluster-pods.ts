import type { Random } from '../../test/support/alerts/random.ts'

/** A pod, what it is one of, and where it runs. */
export type ClusterPod = {
  readonly namespace: string
  readonly name: string
  readonly node: string
  readonly containerId: string
  readonly image: string
}

const SAFE = 'bcdfghjklmnpqrstvwxz2456789' // what Kubernetes makes its suffixes of
const NODES = 50

/** So many pods of one workload, each on one of 50 nodes. */
export function podsOfWorkload(name: string, count: number, random: Random): readonly ClusterPod[] {
  const replicaSet = `${name}-${random.text(10, SAFE)}`
  return Array.from({ length: count }, () => ({
    namespace: `team-${name.slice(0, name.lastIndexOf('-'))}`,
    name: `${replicaSet}-${random.text(5, SAFE)}`,
    node: `ip-10-0-0-${random.between(1, NODES + 1)}`,
    containerId: random.hex(12),
    image: `registry.example/${name}`,
  }))
}

/** Workloads in their namespaces, four to each. */
export function workloads(count: number, pods: number, random: Random): readonly (readonly ClusterPod[])[] {
  return Array.from({ length: count }, (_, at) => podsOfWorkload(`t${Math.floor(at / 4)}-${'abcd'[at % 4]}`, pods, random))
}

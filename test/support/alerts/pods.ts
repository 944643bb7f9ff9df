import type { Fields } from './kinds.ts'
import type { Random } from './random.ts'

/** A pod's own fields of an alert, and the node that it runs on. */
export type Pod = { readonly node: string; readonly fields: Fields }

const NAMESPACES =
  'payments shop search media ads identity billing catalog orders returns pricing loyalty fraud ledger maps chat feed mail video data'.split(
    ' ',
  )
const STAGES = ['prod', 'staging']
const ROLES = ['api', 'worker', 'web', 'consumer', 'scheduler', 'gateway']
const NODES = 20
const PODS_A_WORKLOAD = 5
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789' // what Kubernetes makes its suffixes of

/** 200 pods: 40 workloads, each in its own namespace, on 20 nodes. */
export function makePods(random: Random): readonly Pod[] {
  const nodes = Array.from({ length: NODES }, () => `ip-10-0-${random.between(0, 256)}-${random.between(1, 255)}`)
  return STAGES.flatMap((stage) => NAMESPACES.map((team) => ({ team, namespace: `${team}-${stage}` }))).flatMap(({ team, namespace }) => {
    const role = random.pick(ROLES)
    const replicaSet = `${team}-${role}-${random.text(10, NAME_ALPHABET)}`
    const image = {
      'container.image.repository': `docker.io/${team}/${role}`,
      'container.image.tag': `v${random.between(1, 9)}.${random.between(0, 40)}.${random.between(0, 20)}-${random.hex(7)}`,
    }
    return Array.from({ length: PODS_A_WORKLOAD }, () => ({
      node: random.pick(nodes),
      fields: {
        ...image,
        'container.id': random.hex(12),
        'container.name': role,
        'k8s.ns.name': namespace,
        'k8s.pod.name': `${replicaSet}-${random.text(5, NAME_ALPHABET)}`,
        'k8s.pod.uid': `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`,
      },
    }))
  })
}

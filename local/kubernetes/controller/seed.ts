import { NAMESPACE, NODE } from '../kind/kinds.ts'
import { type Draft, newObject } from '../new-object.ts'
import { timestamp } from '../object.ts'
import type { Objects } from '../objects.ts'

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** What every cluster has at its start: its namespaces and these nodes. `now`: Unix milliseconds. */
export function seed(objects: Objects, nodes: readonly string[], now: number): void {
  for (const name of NAMESPACES) objects.add(NAMESPACE, newObject({}, { kind: NAMESPACE, namespace: '', name }))
  for (const name of nodes) objects.add(NODE, newObject(node(name, now), { kind: NODE, namespace: '', name }))
}

function node(name: string, now: number): Draft {
  const addresses = [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: name },
  ]
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: timestamp(now) }
  const nodeInfo = { containerRuntimeVersion: 'containerd://2.0.0', kubeletVersion: 'v1.36.0' }
  return { metadata: { labels: { 'kubernetes.io/hostname': name } }, spec: {}, status: { addresses, conditions: [ready], nodeInfo } }
}

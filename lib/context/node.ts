import * as z from 'zod'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Asking } from './asking.ts'
import { listOf, partOf, short, text } from './bounds.ts'
import type { Context } from './context.ts'
import type { PodView } from './pod-view.ts'

const MAX_NEIGHBOURS = 10
const MAX_ON_NODE = 250

const Taint = z.object({ key: z.string(), value: text, effect: text })
const NodeView = partOf(
  z.object({
    spec: partOf(z.object({ unschedulable: z.boolean().catch(false), taints: listOf(Taint, 8) })),
    status: partOf(z.object({ nodeInfo: partOf(z.object({ kubeletVersion: text, osImage: text })) })),
  }),
)

/** The node that the pod runs on: by its name alone, where the node itself cannot be read. */
export async function nodeOf({ spec: { nodeName } }: PodView, ask: Asking): Promise<Context['node']> {
  if (nodeName === '') return undefined
  const { spec, status } = NodeView.parse(await ask.get(`node ${nodeName}`, { apiVersion: 'v1', kind: 'Node', name: nodeName }))
  return {
    name: short(nodeName, 253),
    kubelet: short(status.nodeInfo.kubeletVersion, 60),
    os: short(status.nodeInfo.osImage, 100),
    unschedulable: spec.unschedulable,
    taints: spec.taints.map(({ key, value, effect }) => short(`${key}${value === '' ? '' : `=${value}`}:${effect}`, 150)),
  }
}

/** What else runs on the pod's node. */
export async function neighboursOf(
  { metadata }: KubernetesObject,
  { spec: { nodeName } }: PodView,
  ask: Asking,
): Promise<Context['neighbours']> {
  if (nodeName === '') return undefined
  const fieldSelector = `spec.nodeName=${nodeName.replace(/[\\,=]/g, '\\$&')}`
  const pods = await ask.list('pods on the node', { apiVersion: 'v1', kind: 'Pod', fieldSelector, limit: MAX_ON_NODE })
  const names = pods?.filter((one) => one.metadata.uid !== metadata.uid).map((one) => `${one.metadata.namespace}/${one.metadata.name}`)
  return (
    names && {
      names: names
        .sort()
        .slice(0, MAX_NEIGHBOURS)
        .map((name) => short(name, 320)),
      count: names.length,
    }
  )
}

import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { Action, ProvenPod } from '../action.ts'
import { type Change, patchObject } from './patch-object.ts'

const Parameters = z.strictObject({})
const Data = z.object({ node: z.string(), uid: z.string(), annotation: z.string() })

const PREFIX = 'creance.dev/cordoned-'
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']
const NodeSpec = z.object({ unschedulable: z.boolean().default(false) }).catch({ unschedulable: false })
const Taints = z.object({ taints: z.array(z.object({ effect: z.string() })).nullish() })
const Conditions = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() })

/** Lets no new pods onto the pod's node. Every cordon leaves an annotation of its own on the node, so that the end of one does not end another;
 *  a node that somebody else cordoned is left alone. Undo: the annotation goes, and with the last of them the cordon. */
export const cordon: Action<z.infer<typeof Parameters>, z.infer<typeof Data>> = {
  name: 'cordon',
  title: 'Cordon node',
  description: 'Lets no new pods onto the node that this pod runs on; those that run there go on.',
  parameters: Parameters,
  data: Data,
  rbac: () => [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] }],
  example: 'cordon: {}',
  destructive: true,
  losesPod: false,
  takesAway: 'nothing',
  goneAfterBegin: 'run',
  outlivesPod: true,
  prepare: async (pod, _parameters, { cluster, actionId }) => {
    const name = nodeOf(pod)
    const node = name === undefined ? undefined : await cluster.get({ apiVersion: 'v1', kind: 'Node', name })
    if (!node?.metadata.uid) return { kind: 'refusal', outcome: { state: 'skipped', why: 'the pod runs on no node that there is' } }
    const annotation = `${PREFIX}${actionId.slice(0, 16)}`
    const ready = { kind: 'ready', data: { node: node.metadata.name, uid: node.metadata.uid, annotation } } as const
    if (isUnschedulable(node)) {
      return oursOn(node).length > 0
        ? ready
        : { kind: 'refusal', outcome: { state: 'skipped', why: `node ${name} was cordoned by somebody else` } }
    }
    if (isControlPlane(node)) {
      return refused('control_plane', `node ${name} is one of the control plane`)
    }
    const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node', limit: 100 })
    const others = nodes.filter((one) => one.metadata.uid !== node.metadata.uid && takesPods(one))
    return others.length > 0 ? ready : refused('last_node', `node ${name} is the last that takes pods`)
  },
  run: async ({ node, uid, annotation }, { cluster }) => {
    const result = await patchObject(cluster, identity(node, uid), (now): Change | undefined => {
      if (now.metadata.annotations?.[annotation] !== undefined && isUnschedulable(now)) return undefined
      return { annotations: { [annotation]: 'yes' }, spec: { unschedulable: true } }
    })
    return result === 'absent' ? { state: 'skipped', why: `node ${node} is gone` } : { state: 'done', why: `node ${node}` }
  },
  undo: async ({ node, uid, annotation }, { cluster }) => {
    let stays = ''
    const result = await patchObject(cluster, identity(node, uid), (now): Change | undefined => {
      if (now.metadata.annotations?.[annotation] === undefined) return undefined
      const others = oursOn(now).filter((key) => key !== annotation)
      stays = others.length > 0 ? '; it stays cordoned for another incident' : ''
      return { annotations: { [annotation]: null }, ...(others.length > 0 ? {} : { spec: { unschedulable: null } }) }
    })
    return result === 'absent' ? { state: 'skipped', why: `node ${node} is gone` } : { state: 'undone', why: `node ${node}${stays}` }
  },
}

function identity(name: string, uid: string) {
  return { apiVersion: 'v1', kind: 'Node', name, uid } as const
}

function refused(guard: string, why: string) {
  return { kind: 'refusal', outcome: { state: 'refused', guard, why } } as const
}

function nodeOf({ object }: ProvenPod): string | undefined {
  return z.object({ nodeName: z.string().min(1).optional() }).safeParse(object.spec).data?.nodeName
}

function isUnschedulable({ spec }: KubernetesObject): boolean {
  return NodeSpec.parse(spec ?? {}).unschedulable
}

function isControlPlane({ metadata }: KubernetesObject): boolean {
  return CONTROL_PLANE.some((label) => metadata.labels?.[label] !== undefined)
}

/** Whether any pod may come to the node: one that is not ready, is tainted, or is of the control plane takes those alone that are made for it. A node
 *  that nobody has reported on yet has no Ready condition, and counts. */
function takesPods(node: KubernetesObject): boolean {
  if (isUnschedulable(node) || isControlPlane(node) || node.metadata.deletionTimestamp !== undefined) return false
  const taints = Taints.safeParse(node.spec).data?.taints ?? []
  if (taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')) return false
  const conditions = Conditions.safeParse(node.status).data?.conditions ?? []
  return conditions.every(({ type, status }) => type !== 'Ready' || status === 'True')
}

function oursOn({ metadata }: KubernetesObject): readonly string[] {
  return Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith(PREFIX))
}

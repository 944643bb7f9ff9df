import * as z from 'zod'
import type { ClusterReader, KubernetesObject, ObjectName, OwnerReference } from '../../port/cluster.ts'
import type { ProvenPod, RbacRule } from '../action.ts'
import { type Detach, type Detached, LABEL_PREFIX } from './isolate-data.ts'
import { type Labels, labelOf, neededKeys, Selector, selects } from './policy-selector.ts'

const MOST_SERVICES = 1000
const MOST_LABELS = 50
const MOST_NAMED = 5
const SERVICE = { apiVersion: 'v1', kind: 'Service' } as const
const CONTROLLERS = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', resource: 'replicasets' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', resource: 'daemonsets' },
  { apiVersion: 'batch/v1', kind: 'Job', resource: 'jobs' },
  { apiVersion: 'v1', kind: 'ReplicationController', resource: 'replicationcontrollers' },
] as const

/** Services and ReplicationControllers have a plain map where the others have a LabelSelector. */
const PlainMap = z.record(z.string(), z.string())
const WithMap = z.object({ selector: PlainMap })
const WithSelector = z.object({ selector: Selector })

const NOTHING: Detached = { labels: {}, from: [], isReplaced: false, notes: [] }

type Holder = { readonly name: string; readonly selector: Selector }
type Controller = { readonly owner: OwnerReference; readonly name: string; readonly selector: Selector | undefined }

export const DETACH_RBAC: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['list'] },
  ...['apps', 'batch', ''].map((group) => ({
    apiGroups: [group],
    resources: CONTROLLERS.filter(({ apiVersion }) => groupOf(apiVersion) === group).map(({ resource }) => resource),
    verbs: ['get'],
  })),
]

/** Which of the pod's labels must go for its Services, and with `controller` its controller, to let go of it. For `services` labels that the
 *  controller needs are spared where a Service has others. Our own labels never go. Of over 50 none goes, and that is said: who gives a pod labels must not keep
 *  it from being isolated. */
export async function labelsToTakeOff(pod: ProvenPod, how: Detach, cluster: ClusterReader): Promise<Detached> {
  if (how === 'none') return NOTHING
  const services = await servicesOf(pod, cluster)
  const controller = await controllerOf(pod, cluster)
  const controllerKeys = usable(controller?.selector, pod.labels)
  const keys = new Set<string>(how === 'controller' ? controllerKeys : [])
  for (const { selector } of services.holders) {
    const all = usable(selector, pod.labels)
    const spared = how === 'services' ? all.filter((key) => !controllerKeys.includes(key)) : all
    for (const key of spared.length > 0 ? spared : all) keys.add(key)
  }
  if (keys.size > MOST_LABELS) {
    return { ...NOTHING, notes: [`not taken out of its Services and controller: they select it by more than ${MOST_LABELS} labels`] }
  }
  const labels = Object.fromEntries([...keys].map((key) => [key, labelOf(pod.labels, key) ?? '']))
  const left = Object.fromEntries(Object.entries(pod.labels).filter(([key]) => !keys.has(key)))
  const lets = ({ selector }: Holder) => !selects(selector, left)
  const freed = services.holders.filter(lets)
  const stuck = services.holders.filter((one) => !lets(one))
  const isLetGo = controller?.selector !== undefined && selects(controller.selector, pod.labels) && !selects(controller.selector, left)
  return {
    labels,
    from: [...named(freed), ...(controller && isLetGo ? [controller.name] : [])],
    isReplaced: isLetGo && controller.owner.kind !== 'StatefulSet',
    notes: [
      ...(services.isWhole ? [] : [`only ${MOST_SERVICES} Services were looked at`]),
      ...(stuck.length > 0 ? [`${named(stuck).join(', ')} cannot be made to let go of it`] : []),
      ...(controller ? controllerNotes(controller, { how, isLetGo }) : []),
    ],
  }
}

function controllerNotes({ name, owner, selector }: Controller, { how, isLetGo }: { how: Detach; isLetGo: boolean }): readonly string[] {
  if (!selector) return how === 'controller' ? [`how ${name} selects it could not be read`] : []
  if (!isLetGo) return how === 'controller' ? [`${name} cannot be made to let go of it`] : []
  const also = how === 'services' ? [`${name} selects by the same labels, and lets go of it too`] : []
  const after = owner.kind === 'StatefulSet' ? [`${name} cannot make another of its name while it is there`] : [`${name} makes another`]
  return [...also, ...after]
}

async function servicesOf({ namespace, labels }: ProvenPod, cluster: ClusterReader) {
  if (!(await cluster.serves(SERVICE))) return { holders: [], isWhole: true } // the in-memory API has none
  const found = await cluster.list({ ...SERVICE, namespace, limit: MOST_SERVICES })
  const holders = found.flatMap((service): readonly Holder[] => {
    const selector = { matchLabels: WithMap.safeParse(service.spec).data?.selector ?? {} }
    const isHolding = Object.keys(selector.matchLabels).length > 0 && selects(selector, labels) // an empty one selects nothing
    return isHolding ? [{ name: `Service ${service.metadata.name}`, selector }] : []
  })
  return { holders, isWhole: found.length < MOST_SERVICES }
}

async function controllerOf({ namespace, object }: ProvenPod, cluster: ClusterReader): Promise<Controller | undefined> {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller)
  if (!owner) return undefined
  const { apiVersion, kind, name } = owner
  const isKnown = CONTROLLERS.some((one) => one.kind === kind && one.apiVersion === apiVersion)
  const place: ObjectName = { apiVersion, kind, namespace, name }
  const found = isKnown && (await cluster.serves(place)) ? await cluster.get(place) : undefined
  const selector = found?.metadata.uid === owner.uid ? selectorOf(found) : undefined
  return { owner, name: `${kind} ${name}`, selector }
}

function selectorOf({ kind, spec }: KubernetesObject): Selector | undefined {
  const plain = kind === 'ReplicationController' ? WithMap.safeParse(spec).data : undefined
  return plain ? { matchLabels: plain.selector } : WithSelector.safeParse(spec).data?.selector
}

/** The keys that can be taken off: such as the pod has, and none of ours, which another isolation hangs on. */
function usable(selector: Selector | undefined, labels: Labels): readonly string[] {
  return selector ? neededKeys(selector).filter((key) => labelOf(labels, key) !== undefined && !key.startsWith(LABEL_PREFIX)) : []
}

function named(holders: readonly Holder[]): readonly string[] {
  const names = holders.slice(0, MOST_NAMED).map(({ name }) => name)
  return holders.length > MOST_NAMED ? [...names, `${holders.length - MOST_NAMED} more`] : names
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

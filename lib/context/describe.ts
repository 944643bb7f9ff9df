import { type Incident, latestPod } from '../incident/incident.ts'
import type { ClusterReader, KubernetesObject } from '../port/cluster.ts'
import type { Store } from '../port/store.ts'
import { accountOf } from './account.ts'
import { type Asking, asking } from './asking.ts'
import { short } from './bounds.ts'
import { type Context, nameOf, type PodName } from './context.ts'
import { earlierIncidents } from './earlier.ts'
import { eventsOf } from './events.ts'
import { exposureOf } from './exposure.ts'
import { neighboursOf, nodeOf } from './node.ts'
import { ownerName, ownersAbove } from './owners.ts'
import { podFacts } from './pod-facts.ts'
import { viewPod } from './pod-view.ts'
import { siblingsOf } from './siblings.ts'

/** How long a description may take, in ms: people wait for the message. */
export const DESCRIBE_WITHIN_MS = 5000

export type DescribePorts = {
  readonly cluster: Pick<ClusterReader, 'get' | 'list'>
  readonly store: Store
  readonly nowMs: number
  /** Aborts when time is over: what has not answered by then is named in `unread`. */
  readonly signal: AbortSignal
}

/** What the cluster and the table know of the incident: its latest pod, and what its subject has had before. Never throws: what cannot be read is
 *  said in `unread`. */
export async function describeIncident(incident: Incident, { cluster, store, nowMs, signal }: DescribePorts): Promise<Context> {
  const ask = asking(cluster, signal)
  const pod = latestPod(incident)
  const [context, earlier] = await Promise.all([
    pod && ask.guard('pod', () => describePod(pod, ask, nowMs)),
    ask.attempt('earlier incidents', () => earlierIncidents(incident, store, nowMs)),
  ])
  return {
    ...(context ?? { ...NOTHING, atMs: nowMs, ...(pod ? { of: nameOf(pod) } : {}) }),
    ...(earlier ? { earlier } : {}),
    unread: ask.unread(),
  }
}

function isName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)
}

const NOTHING = { owners: [], containers: [], dangers: [], events: [], unread: [] } satisfies Partial<Context>

/** `podUid`: which pod of this name is meant, where that is known. */
export type WantedPod = PodName & { readonly podUid?: string | undefined }

/** Reads the pod, what stands above it, its node, what its account may do, how it is reached, and what else runs. `unread` is the asking's. */
export async function describePod({ namespace, pod: name, podUid }: WantedPod, ask: Asking, nowMs: number): Promise<Context> {
  const of = nameOf({ namespace, pod: name })
  const base = { ...NOTHING, atMs: nowMs, of }
  const gone = { ...base, absent: `there is no pod ${of} now` }
  // An alert may name anything: what no pod can be called is not put into a request's path.
  if (!isName(namespace) || !isName(name)) return gone
  const answer = await ask.look(`pod ${of}`, { apiVersion: 'v1', kind: 'Pod', namespace, name })
  if (!answer) return base
  const { object: pod } = answer
  if (!pod) return gone
  const view = viewPod(pod)
  const [workload, node, neighbours, account, exposure, events] = await Promise.all([
    ask.guard('owners', () => workloadOf(pod, ask)),
    ask.guard('node', () => nodeOf(view, ask)),
    ask.guard('pods on the node', () => neighboursOf(pod, view, ask)),
    ask.guard('service account', () => accountOf(namespace, view, ask)),
    ask.guard('exposure', () => exposureOf(pod, ask)),
    ask.guard('events', () => eventsOf(pod, ask)),
  ])
  const isAnother = podUid !== undefined && podUid !== pod.metadata.uid
  return {
    ...base,
    ...(isAnother ? { absent: `pod ${of} was re-made: what has its name now is another one` } : {}),
    ...podFacts(pod, view, account?.name ?? short(view.spec.serviceAccountName, 253)),
    owners: workload?.owners ?? [],
    ...(node ? { node } : {}),
    ...(neighbours ? { neighbours } : {}),
    ...(account ? { account } : {}),
    ...(exposure ? { exposure } : {}),
    ...(workload?.siblings ? { siblings: workload.siblings } : {}),
    events: [...(events ?? [])],
  }
}

async function workloadOf(pod: KubernetesObject, ask: Asking) {
  const found: KubernetesObject[] = []
  for await (const owner of ownersAbove(pod, { get: (name) => ask.get(`${name.kind} ${name.name}`, name) })) found.push(owner)
  const owners = found.map(ownerName).map(({ apiVersion, kind, name, uid }) => ({
    apiVersion: short(apiVersion, 100),
    kind: short(kind, 63),
    name: short(name, 253),
    uid: short(uid, 128),
  }))
  return { owners, siblings: await siblingsOf(pod, found, ask) }
}

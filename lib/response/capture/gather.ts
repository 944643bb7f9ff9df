import { ownersAbove } from '../../context/owners.ts'
import type { ClusterReader, KubernetesObject, ListQuery } from '../../port/cluster.ts'
import type { Clock } from '../../port/log.ts'
import { type PodData, podIdentity } from '../actions/pod-data.ts'
import { loggedContainers } from './containers.ts'
import type { Evidence, Thing } from './document.ts'
import { LOG_LINES, readLogs } from './logs.ts'
import { eventPart, nodePart, objectPart, textAt, wantedPart } from './parts.ts'
import { inTime, type Reader, reader } from './reader.ts'
import type { Counts } from './redact-text.ts'
import { jsonBytes, whole } from './size.ts'

/** Together with the 4 MiB of all logs, less than 8 MiB. */
const MAX_BYTES = { pod: 1024 * 1024, owners: 1024 * 1024, node: 256 * 1024, events: 512 * 1024, networkPolicies: 512 * 1024 }
const MAX_EVENTS = 200
const MAX_POLICIES = 25
const DEADLINE_MS = 5000

/** `proven`: the pod as it was when it was last read, should it be gone by now. `logLines`: how many of each container, 0 for no logs.
 *  `signal`: what has not answered when it aborts is unread; 5 s unless given. */
export type Gathering = {
  readonly cluster: Pick<ClusterReader, 'get' | 'list' | 'logs'>
  readonly clock: Clock
  readonly incident: string
  readonly actionId: string
  readonly proven?: KubernetesObject
  readonly logLines?: number
  readonly signal?: AbortSignal
}

/** What the API server says of the pod and what surrounds it, without secrets and bounded in size and time; undefined: the pod is gone, and `proven` was
 *  not given. What else cannot be read is named in it. Throws CodedError when the pod itself cannot be read (`unavailable` where it is late). */
export function gather(pod: PodData, gathering: Gathering & { readonly proven: KubernetesObject }): Promise<Evidence>
export function gather(pod: PodData, gathering: Gathering): Promise<Evidence | undefined>
export async function gather({ namespace, name, uid }: PodData, gathering: Gathering): Promise<Evidence | undefined> {
  const { cluster, clock, incident, actionId, proven, logLines = LOG_LINES, signal = AbortSignal.timeout(DEADLINE_MS) } = gathering
  const subject = { namespace, name, uid }
  const now = await inTime(() => cluster.get(podIdentity(subject)), signal)
  const isCurrent = now?.metadata.uid === uid
  const pod = isCurrent ? now : proven
  if (!pod) return undefined

  const counts: Counts = new Map()
  const about = { reader: reader(signal), cluster, counts }
  const nodeName = textAt(pod, 'spec', 'nodeName')
  const ofUid = { apiVersion: 'v1', kind: 'Event', namespace, fieldSelector: `involvedObject.uid=${uid}`, limit: MAX_EVENTS }
  const policies = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, limit: MAX_POLICIES }
  const [owners, node, events, networkPolicies, read] = await Promise.all([
    ownersOf(pod, about),
    nodeName === undefined ? undefined : nodeNamed(nodeName, about),
    listed('events', ofUid, eventPart, about),
    listed('networkPolicies', policies, wantedPart, about),
    logLines === 0 ? NO_LOGS : isCurrent ? logsOf(subject, pod, { ...about, lines: logLines, signal }) : gone(about),
  ])
  const part = whole(objectPart(pod, counts), MAX_BYTES.pod)
  const serviceAccount = textAt(pod, 'spec', 'serviceAccountName')
  return {
    schema: 'creance.evidence/1',
    taken: new Date(clock()).toISOString(),
    incident,
    action: actionId,
    subject,
    podIs: isCurrent ? 'current' : 'proven',
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    pod: part,
    owners: owners.things,
    ...(node === undefined ? {} : { node }),
    events: events.things,
    networkPolicies: networkPolicies.things,
    logs: [...read.logs],
    unread: about.reader.unread(),
    cut: ['text' in part ? ['pod: too large'] : [], owners.cut, events.cut, networkPolicies.cut, read.cut].flat(),
    redacted: Object.fromEntries(counts),
  }
}

type About = { readonly reader: Reader; readonly cluster: Gathering['cluster']; readonly counts: Counts }
type Listed = { readonly things: Thing[]; readonly cut: readonly string[] }

const NO_LOGS = { logs: [], cut: [] }
type Logs = Awaited<ReturnType<typeof readLogs>>

function gone({ reader }: About): Logs {
  reader.note('logs', 'the pod is gone')
  return NO_LOGS
}

/** Logs are asked for by name, which another pod may have taken by then (that of a StatefulSet, at once): what is then read is not this pod's. */
async function logsOf(
  subject: PodData,
  pod: KubernetesObject,
  asked: About & { readonly lines: number; readonly signal: AbortSignal },
): Promise<Logs> {
  const read = await readLogs(subject, loggedContainers(pod), asked)
  const then = await inTime(() => asked.cluster.get(podIdentity(subject)), asked.signal).catch(() => undefined)
  if (then === undefined || then.metadata.uid === subject.uid) return read
  asked.reader.note('logs', 'another pod has taken its name')
  return NO_LOGS
}

/** Up to where one is gone or cannot be read. */
async function ownersOf(pod: KubernetesObject, { reader, cluster, counts }: About): Promise<Listed> {
  const get: ClusterReader['get'] = (name) => reader.attempt(`owner ${name.kind} ${name.name}`, () => cluster.get(name))
  const owners: KubernetesObject[] = []
  await reader.attempt('owners', async () => {
    for await (const owner of ownersAbove(pod, { get })) owners.push(owner)
  })
  return bounded('owners', owners, (owner) => wantedPart(owner, counts))
}

async function nodeNamed(name: string, { reader, cluster, counts }: About): Promise<Thing | undefined> {
  const node = await reader.attempt(`node ${name}`, () => cluster.get({ apiVersion: 'v1', kind: 'Node', name }))
  return node && whole({ apiVersion: 'v1', kind: 'Node', ...nodePart(node, counts) }, MAX_BYTES.node)
}

async function listed(
  what: 'events' | 'networkPolicies',
  query: ListQuery & { readonly limit: number },
  part: (object: KubernetesObject, counts: Counts) => Thing,
  { reader, cluster, counts }: About,
): Promise<Listed> {
  const found = (await reader.attempt(what, () => cluster.list(query))) ?? []
  const { things, cut } = bounded(what, found.slice(0, query.limit), (one) => part(one, counts))
  return { things, cut: found.length < query.limit ? cut : [`${what}: at most ${query.limit} are read`, ...cut] }
}

/** The first parts that have room; those after them are not even made. */
function bounded(
  what: 'owners' | 'events' | 'networkPolicies',
  all: readonly KubernetesObject[],
  part: (one: KubernetesObject) => Thing,
): Listed {
  const things: Thing[] = []
  let bytes = 0
  for (const one of all) {
    const thing = part(one)
    bytes += jsonBytes(thing) + 1
    if (bytes > MAX_BYTES[what]) return { things, cut: [`${what}: the first ${things.length} of ${all.length}, for their size`] }
    things.push(thing)
  }
  return { things, cut: [] }
}

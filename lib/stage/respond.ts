import type { AgentLinks } from '../agent/link.ts'
import { contentId } from '../detection/id.ts'
import { CodedError, messageOf } from '../error.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import { PLACES_CAP } from '../incident/merge.ts'
import type { Cluster } from '../port/cluster.ts'
import type { EvidenceStore } from '../port/evidence.ts'
import type { Clock, Log } from '../port/log.ts'
import type { Metrics } from '../port/metrics.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from '../response/actions/index.ts'
import { type Begun, decide, type Verdict } from '../response/decide.ts'
import { outcomeEvent } from '../response/event.ts'
import type { Guards } from '../response/guards.ts'
import { noteObserved } from '../response/history.ts'
import { isFinal, outcomeWords } from '../response/outcome.ts'
import { ActionRecord, actionSortKey, podOf } from '../response/record.ts'
import { release } from '../response/release.ts'
import { type ActionRequest, requesterWords } from '../response/request.ts'
import { loadView } from '../response/view.ts'
import { patiently } from '../retry.ts'
import { setDue } from './due.ts'
import { type ActionsMessage, noticeMessage } from './messages.ts'
import { order } from './order.ts'

export type RespondPorts = {
  /** The clusters that may be acted on, by the names that forwarders stamp on their alerts. */
  readonly clusters: (name: string) => Promise<Cluster | undefined>
  /** Those in which an agent acts, which answers in its own time (outcome.ts). */
  readonly agents?: AgentLinks
  readonly store: Store
  readonly messages: QueueSender
  readonly evidence: EvidenceStore
  readonly guards: Guards
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Log
  /** How long what fails in a way that may pass is tried again, for all of a message, before it is given back; less than its visibility time-out. */
  readonly patienceMs: number
}

const FINISH_AFTER_MS = 10 * 60_000

/** `lastTry`: this message will not be delivered again, but goes to the dead letters. */
export type Tries = { readonly lastTry: boolean }

/** Carries out requests in their order; one that is refused, skipped or failed for good does not hold up the next. Throws a transient
 *  CodedError where the API server fails, so that the message is delivered again; on the last try only after all had theirs. */
export async function respond({ requests }: ActionsMessage, ports: RespondPorts, { lastTry }: Tries): Promise<void> {
  const failed: unknown[] = []
  const until = performance.now() + ports.patienceMs
  for (const request of requests) {
    try {
      await carryOut(request, { ...ports, patienceMs: Math.max(0, until - performance.now()) }, { lastTry })
    } catch (error) {
      if (!lastTry) throw error
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
}

/** Carries out one action request, once: a request that has an outcome already is only told again. Each step can be done again after a
 *  crash with the same result. On the last try people are told that it failed, and it goes to the dead letters all the same. */
async function carryOut(request: ActionRequest, ports: RespondPorts, { lastTry }: Tries): Promise<void> {
  let verdict: Verdict | undefined
  let failure: CodedError | undefined
  try {
    verdict = await patiently(() => verdictOn(request, ports), ports.patienceMs)
  } catch (error) {
    if (!(error instanceof CodedError) || (error.transient && !lastTry)) throw error
    failure = error
    verdict = { outcome: { state: 'failed', why: error.message, retryable: error.transient } }
  }
  if (verdict) await settle(request, verdict, ports)
  if (failure?.transient) throw failure
}

/** undefined: an agent was told to do it. */
async function verdictOn(request: ActionRequest, ports: RespondPorts): Promise<Verdict | undefined> {
  const record = await read(ports.store, recordKey(request), ActionRecord)
  if (isFinal(record?.outcome)) return { outcome: record.outcome, ...podOf(record) }
  const link = ports.agents?.(request.target.cluster)
  if (link) return order(request, record, link, ports)
  const cluster = await ports.clusters(request.target.cluster)
  if (!cluster) {
    const why = `no access to a cluster ${request.target.cluster.slice(0, 100)} is set up`
    return { outcome: { state: 'refused', guard: 'unknown_cluster', why } }
  }
  if (request.action === 'release') return release(request, { ...ports, cluster })
  return decide(request, record, { ...ports, cluster, begin: (begun) => begin(request, begun, ports) })
}

function recordKey({ incident, id }: ActionRequest) {
  return { pk: incidentPartition(incident), sk: actionSortKey(id) }
}

/** Writes down, before the cluster is touched: that it is begun, what it works from, when it is to be undone, and that it is to be looked after
 *  should this process die. */
async function begin(request: ActionRequest, { pod, data, evidence }: Begun, { store, clock }: RespondPorts): Promise<ActionRecord> {
  const fresh: ActionRecord = { request, begunMs: clock(), podUid: pod.uid, data: { ...data }, ...(evidence ? { evidence } : {}) }
  const record = (await update(store, recordKey(request), ActionRecord, (now) => (now?.begunMs === undefined ? fresh : undefined))) ?? fresh
  const begunMs = record.begunMs ?? clock()
  await followBegun({ ...record, begunMs }, store)
  await setDue(store, begunMs + FINISH_AFTER_MS, `finish-${request.id}`, { do: 'finish', request })
  return record
}

/** Writes down what follows from its being begun: the journal's line, and when it is to be undone. */
export async function followBegun(record: ActionRecord & { readonly begunMs: number }, store: Store): Promise<void> {
  const { request, begunMs, evidence } = record
  const { id, incident, target, by, parameters } = request
  const what = `${request.action} pod ${target.namespace}/${target.pod}`
  const line = { id: `begun-${id}`, at: begunMs, kind: 'action', what, incident, action: request.action } as const
  const kept = evidence && { why: `evidence ${evidence.uri} sha256 ${evidence.sha256}` }
  await journal(store, { ...line, by: requesterWords(by), outcome: 'begun', ...kept })
  const lifetime = actionNamed(request.action)?.lifetimeSeconds(parameters)
  if (lifetime === undefined) return
  const endsMs = begunMs + lifetime * 1000
  const end = { id: `${id}-undo`, action: 'release', parameters: { of: [id] }, by: { kind: 'sweep' as const }, expiresMs: endsMs }
  await setDue(store, endsMs, `undo-${id}`, { do: 'undo', action: id, request: { ...request, ...end } })
}

/** Makes the outcome known, in this order: journal, the action's record, the incident's state, chat, the pod's own events. */
export async function settle(request: ActionRequest, verdict: Verdict, ports: RespondPorts): Promise<void> {
  const { store, messages, metrics, clock, log } = ports
  const known = await read(store, recordKey(request), ActionRecord)
  // What came of it stands: a failure to look at it again does not make it undone.
  const { outcome, pod } =
    isFinal(known?.outcome) && verdict.outcome.state === 'failed' ? { outcome: known.outcome, ...podOf(known) } : verdict
  const { id, incident, action, target, by } = request
  const what = `${action} pod ${target.namespace}/${target.pod}`
  const why = 'why' in outcome && outcome.why ? { why: outcome.why } : {}
  const line = { at: clock(), kind: 'outcome', what, incident, action, by: requesterWords(by), outcome: outcome.state, ...why } as const
  await journal(store, { id: `outcome-${id}-${outcome.state}`, ...line })
  let isNew = false
  const record = await update(store, recordKey(request), ActionRecord, (now): ActionRecord | undefined => {
    isNew = now?.outcome?.state !== outcome.state && now?.undoneBy === undefined
    const proven = pod && { podUid: pod.uid }
    return isNew ? { ...(now ?? { request, ...proven }), outcome, settledMs: clock() } : undefined
  })
  await afterwards('the incident stays as it was', request, log, () => reflect(request, outcome, store))
  await afterwards('not counted in the history', request, log, () => observe(request, verdict, ports))
  if (pod) await afterwards('no event on the pod', request, log, () => tellOnPod(request, { outcome, pod }, ports))
  await messages.send([noticeMessage(incident, `${id}-${outcome.state}-${record?.settledMs ?? 0}`)])
  if (isNew)
    metrics.count('creance_actions_total', {
      action: labelOf(action),
      outcome: outcome.state,
      guard: 'guard' in outcome ? outcome.guard : '',
      by: by.kind,
    })
  log.info('action settled', { incident, action: id, name: action, outcome: outcome.state, why: messageOf(outcomeWords(outcome)) })
}

/** A name from the rules or a message, as a label of a metric. */
function labelOf(action: string): string {
  return action === 'release' || actionNamed(action) ? action : 'unknown'
}

/** Counts what a response that only observes would have done. */
async function observe(
  { id, incident, by, dryRun, target }: ActionRequest,
  { outcome, workload }: Verdict,
  { store, clock }: RespondPorts,
): Promise<void> {
  if (!dryRun || by.kind !== 'response') return
  const pod = `${target.namespace}/${target.pod}`
  const would = outcome.state === 'dry_run'
  await noteObserved(store, {
    response: by.name,
    id: contentId(incident, pod, target.uid ?? target.containerId ?? id),
    would,
    workload: workload ?? pod,
    atMs: clock(),
  })
}

/** What is done stands, whether or not this can be done as well. */
async function afterwards(message: string, { id }: ActionRequest, log: Log, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    log.warn(message, { action: id, code: error.code, why: messageOf(error) })
  }
}

async function tellOnPod(request: ActionRequest, { outcome, pod }: Verdict, { clusters, clock }: RespondPorts): Promise<void> {
  const cluster = await clusters(request.target.cluster)
  if (cluster && pod) await cluster.create(outcomeEvent(request, outcome, pod, clock()))
}

/** What the outcome means for the incident: contained, when no pod that was heard of is left as it was; or open again. */
async function reflect({ incident, action }: ActionRequest, { state }: Verdict['outcome'], store: Store): Promise<void> {
  const contains = state === 'done' && CONTAINING.has(action) && (await isContained(incident, store))
  const frees = state === 'undone' && action === 'release'
  if (!contains && !frees) return
  await update(store, incidentKey(incident), Incident, (now): Incident | undefined => {
    if (!now || (now.status === 'closed' && contains)) return undefined
    const status = contains ? 'contained' : now.status === 'contained' ? (now.acknowledgedBy ? 'acknowledged' : 'open') : now.status
    return status === now.status ? undefined : { ...now, status, revision: now.revision + 1 }
  })
}

const CONTAINING: ReadonlySet<string> = new Set(['isolate', 'delete', 'evict', 'scale_to_zero', 'suspend'])

async function isContained(id: string, store: Store): Promise<boolean> {
  const view = await loadView(store, id)
  if (!view) return false
  const done = view.actions.filter(({ request, outcome }) => CONTAINING.has(request.action) && outcome?.state === 'done')
  const settledMs = (pod: string): number =>
    Math.max(0, ...done.filter(({ request: { target } }) => `${target.namespace}/${target.pod}` === pod).map((one) => one.settledMs ?? 0))
  const { pods, places } = view.incident
  // A container that was first heard of after its pod's name was dealt with is another pod's of that name.
  const isAll = pods.seen.length <= pods.names.length && places.length < PLACES_CAP
  return isAll && pods.names.every((pod) => settledMs(pod) > 0) && places.every(({ pod, sinceMs }) => settledMs(pod) >= sinceMs)
}

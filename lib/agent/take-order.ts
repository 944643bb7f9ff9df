import type { KeyObject } from 'node:crypto'
import { CodedError, messageOf } from '../error.ts'
import { incidentPartition } from '../incident/incident.ts'
import type { Cluster } from '../port/cluster.ts'
import type { EvidenceStore } from '../port/evidence.ts'
import type { Clock, Log } from '../port/log.ts'
import type { Metrics } from '../port/metrics.ts'
import type { MessageContent, QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { type Begun, decide, type Verdict } from '../response/decide.ts'
import { outcomeEvent } from '../response/event.ts'
import type { Guards } from '../response/guards.ts'
import { isFinal } from '../response/outcome.ts'
import { ActionRecord, actionSortKey, podOf } from '../response/record.ts'
import { release } from '../response/release.ts'
import type { ActionRequest } from '../response/request.ts'
import { patiently } from '../retry.ts'
import { type Answer, answerMessage } from './answer.ts'
import { ORDER, ORDER_MS, type Order } from './order.ts'
import { open } from './signed.ts'

export type AgentPorts = {
  /** The cluster that it is in. */
  readonly clusterName: string
  readonly cluster: Cluster
  /** Its own: what it has begun and done. */
  readonly store: Store
  readonly evidence: EvidenceStore
  readonly guards: Guards
  /** Public: whose orders it takes. */
  readonly orderKey: KeyObject
  /** Private: what its answers are signed with. */
  readonly answerKey: KeyObject
  readonly answers: QueueSender
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Log
  /** How long what fails in a way that may pass is tried again before the message is given back; less than its visibility time-out. */
  readonly patienceMs: number
}

const KEEP_SECONDS = 90 * 86_400

/** Carries out an order, once: one that has an outcome already is only answered again. Returns when the answer is in the outcomes queue, so that the message may be acknowledged. Throws
 *  CodedError: a transient one where the cluster or a queue fails; `unauthorized` and `invalid_input` for what is no order for this cluster, to which there is no answer. */
export async function takeOrder({ body }: MessageContent, ports: AgentPorts): Promise<void> {
  const order = open(body, ORDER, ports.orderKey)
  if (order.cluster !== ports.clusterName || order.request.target.cluster !== ports.clusterName)
    throw new CodedError('invalid_input', `an order for cluster ${order.cluster.slice(0, 100)} came to the agent of another`)
  await seed(order, ports)
  const verdict = await verdictOn(order, ports)
  if (verdict !== 'lapsed' && verdict.pod) await tellOnPod(order.request, verdict, ports)
  await ports.answers.send([answerMessage(await answerTo(order, verdict, ports), ports.answerKey)])
  const outcome = verdict === 'lapsed' ? verdict : verdict.outcome.state
  ports.metrics.count('creance_orders_total', { outcome })
  ports.log.info('order answered', { incident: order.request.incident, action: order.request.id, name: order.request.action, outcome })
}

/** What this store knows of an action is never older than what the order knows of it, unless the store is new. */
async function seed({ request, records }: Order, ports: AgentPorts): Promise<void> {
  for (const record of records) {
    const { id, incident } = record.request
    if (incident !== request.incident) continue
    await update(ports.store, localKey({ incident, id }, ports), ActionRecord, (now) => (now?.begunMs === undefined ? record : undefined))
  }
}

async function verdictOn(order: Order, ports: AgentPorts): Promise<Verdict | 'lapsed'> {
  const { request } = order
  const { store, clock } = ports
  const record = await read(store, localKey(request, ports), ActionRecord)
  if (isFinal(record?.outcome)) return { outcome: record.outcome, ...podOf(record) }
  // One from the future would hold longer than it is meant to: one of the clocks is wrong
  if (clock() >= order.expiresMs || order.issuedMs > clock() + ORDER_MS) return 'lapsed'
  const verdict = await carryOut(request, record, ports)
  if (isFinal(verdict.outcome)) await noteOutcome(request, verdict, ports)
  return verdict
}

async function noteOutcome(request: ActionRequest, { outcome, pod }: Verdict, ports: AgentPorts): Promise<void> {
  const proven = pod && { podUid: pod.uid }
  await update(
    ports.store,
    localKey(request, ports),
    ActionRecord,
    (now): ActionRecord => ({
      ...(now ?? { request, ...proven }),
      outcome,
      settledMs: ports.clock(),
    }),
  )
}

async function carryOut(request: ActionRequest, record: ActionRecord | undefined, ports: AgentPorts): Promise<Verdict> {
  const work = async (): Promise<Verdict> =>
    request.action === 'release'
      ? release(request, ports)
      : decide(request, record, { ...ports, begin: (begun) => begin(request, begun, ports) })
  try {
    return await patiently(work, ports.patienceMs)
  } catch (error) {
    if (!(error instanceof CodedError) || error.transient) throw error
    return { outcome: { state: 'failed', why: error.message, retryable: false } }
  }
}

/** Writes down, before the cluster is touched, that it is begun and what it works from. */
async function begin(request: ActionRequest, { pod, data, evidence }: Begun, ports: AgentPorts): Promise<ActionRecord> {
  const fresh: ActionRecord = {
    request,
    begunMs: ports.clock(),
    podUid: pod.uid,
    data: { ...data },
    ...(evidence ? { evidence: { uri: evidence.uri, sha256: evidence.sha256 } } : {}),
  }
  const record = await update(ports.store, localKey(request, ports), ActionRecord, (now) =>
    now?.begunMs === undefined ? fresh : undefined,
  )
  return record ?? fresh
}

async function answerTo({ request, issuedMs }: Order, verdict: Answer['verdict'], ports: AgentPorts): Promise<Answer> {
  const { id, incident } = request
  const record = await read(ports.store, localKey(request, ports), ActionRecord)
  const { begunMs, podUid, data, evidence } = record ?? {}
  return {
    kind: 'outcome/1',
    cluster: ports.clusterName,
    incident,
    action: id,
    issuedMs,
    atMs: ports.clock(),
    verdict,
    ...(begunMs === undefined ? {} : { begun: { begunMs, podUid, data, evidence } }),
    undone: request.action === 'release' ? await undoneBy(request, ports) : [],
  }
}

async function undoneBy({ id, incident, parameters }: ActionRequest, ports: AgentPorts): Promise<string[]> {
  const of = Array.isArray(parameters.of) ? parameters.of.filter((one) => typeof one === 'string').slice(0, 20) : []
  const records = await Promise.all(of.map((one) => read(ports.store, localKey({ incident, id: one }, ports), ActionRecord)))
  return of.filter((_, index) => records[index]?.undoneBy === id)
}

/** Tells it in the pod's own events. What was done stands, whether or not that can be written. */
async function tellOnPod(request: ActionRequest, { outcome, pod }: Verdict, { cluster, clock, log }: AgentPorts): Promise<void> {
  try {
    if (pod) await cluster.create(outcomeEvent(request, outcome, pod, clock()))
  } catch (error) {
    log.warn('no event on the pod', { action: request.id, why: messageOf(error) })
  }
}

/** Kept for a quarter of a year after the last change: as long as anything may come back to it. */
function localKey({ incident, id }: Pick<ActionRequest, 'incident' | 'id'>, { clock }: AgentPorts) {
  return { pk: incidentPartition(incident), sk: actionSortKey(id), expires: Math.ceil(clock() / 1000) + KEEP_SECONDS }
}

import type { AgentLinks } from '../agent/link.ts'
import { CodedError } from '../error.ts'
import { journal } from '../incident/journal.ts'
import type { EvidenceStore } from '../port/evidence.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from '../response/actions/index.ts'
import { type Begun, decide, type Verdict } from '../response/decide.ts'
import type { Guards } from '../response/guards.ts'
import { isFinal } from '../response/outcome.ts'
import { ActionRecord, podOf, recordKey } from '../response/record.ts'
import { release } from '../response/release.ts'
import { type ActionRequest, byRequester } from '../response/request.ts'
import { patiently } from '../retry.ts'
import { setDue } from './due.ts'
import type { ActionsMessage } from './messages.ts'
import { order } from './order.ts'
import { type SettlePorts, settle } from './settle.ts'

/** `clusters`: those that may be acted on, by the names that forwarders stamp on their alerts. */
export type RespondPorts = SettlePorts & {
  /** Those in which an agent acts, which answers in its own time (outcome.ts). */
  readonly agents?: AgentLinks
  readonly evidence: EvidenceStore
  readonly guards: Guards
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
  await journal(store, { ...line, ...byRequester(by), outcome: 'begun', ...kept })
  const lifetime = actionNamed(request.action)?.lifetimeSeconds(parameters)
  if (lifetime === undefined) return
  const endsMs = begunMs + lifetime * 1000
  const end = { id: `${id}-undo`, action: 'release', parameters: { of: [id] }, by: { kind: 'sweep' as const }, expiresMs: endsMs }
  await setDue(store, endsMs, `undo-${id}`, { do: 'undo', action: id, request: { ...request, ...end } })
}

import { CodedError, messageOf } from '../error.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import { PLACES_CAP } from '../incident/merge.ts'
import type { ClusterReader, ClusterWriter } from '../port/cluster.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import type { ProvenPod } from '../response/action.ts'
import { type AnyAction, actionNamed } from '../response/actions/index.ts'
import { keepEvidence } from '../response/evidence.ts'
import { type Guards, guardPod, guardRequest } from '../response/guards.ts'
import { guardLimits, guardStop } from '../response/limits.ts'
import { isFinal, type Outcome, outcomeWords } from '../response/outcome.ts'
import { provePod } from '../response/prove.ts'
import { ActionRecord, actionSortKey } from '../response/record.ts'
import { release } from '../response/release.ts'
import { type ActionRequest, requesterWords } from '../response/request.ts'
import { loadView } from '../response/view.ts'
import { setDue } from './due.ts'
import { type ActionsMessage, noticeMessage } from './messages.ts'

export type RespondPorts = {
  /** The cluster that `cluster` writes to, by the name that the forwarder stamps on its alerts. */
  readonly clusterName: string
  readonly cluster: ClusterReader & ClusterWriter
  readonly store: Store
  readonly messages: QueueSender
  readonly guards: Guards
  readonly clock: Clock
  readonly log: Log
}

const FINISH_AFTER_MS = 10 * 60_000

/** `lastTry`: this message will not be delivered again, but goes to the dead letters. */
export type Tries = { readonly lastTry: boolean }

/** Carries out requests in their order; one that is refused, skipped or failed for good does not hold up the next. Throws a transient
 *  CodedError where the API server fails, so that the message is delivered again; on the last try only after all had theirs. */
export async function respond({ requests }: ActionsMessage, ports: RespondPorts, { lastTry }: Tries): Promise<void> {
  const failed: unknown[] = []
  for (const request of requests) {
    try {
      await carryOut(request, ports, { lastTry })
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
  const key = { pk: incidentPartition(request.incident), sk: actionSortKey(request.id) }
  const record = await read(ports.store, key, ActionRecord)
  try {
    const outcome = isFinal(record?.outcome) ? record.outcome : await decide(request, record?.begunMs, ports)
    await settle(request, outcome, ports)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (error.transient && !lastTry) throw error
    await settle(request, { state: 'failed', why: error.message, retryable: error.transient }, ports)
    if (error.transient) throw error
  }
}

/** The verdict, read from top to bottom: guards on the request, proof of the pod, guards on the pod, evidence kept, then the action. */
async function decide(request: ActionRequest, begunMs: number | undefined, ports: RespondPorts): Promise<Outcome> {
  const { cluster, clusterName, store, guards, clock } = ports
  if (request.target.cluster !== clusterName) {
    return { state: 'refused', guard: 'unknown_cluster', why: `this responder acts on cluster ${clusterName} alone` }
  }
  if (request.action === 'release') return release(request, ports)
  const action = actionNamed(request.action)
  if (!action) return { state: 'refused', guard: 'unknown_action', why: `there is no action "${request.action.slice(0, 40)}"` }
  const problem = action.problemWith(request.parameters)
  if (problem !== undefined) return { state: 'refused', guard: 'bad_parameters', why: `${action.name}: ${problem}` }
  const stopped = await guardStop(store)
  if (stopped) return stopped
  const against = guardRequest(request, guards, { nowMs: clock(), begunMs })
  if (against) return against

  const { namespace, pod: name } = request.target
  const proof = provePod(await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }), request.target)
  if (proof.kind === 'absent') {
    return begunMs !== undefined && action.goneAfterBegin === 'done'
      ? { state: 'done', why: 'the pod is gone since this was begun' }
      : { state: 'skipped', why: proof.why }
  }
  if (proof.kind === 'unproven') return { state: 'refused', guard: 'unproven', why: proof.why }
  const protectedBy = guardPod(proof.pod.object, guards)
  if (protectedBy) return protectedBy

  const limited = await guardLimits(request, proof.pod.uid, guards, { store, nowMs: clock() })
  if (limited) return limited

  if (action.destructive) await keepEvidence(proof.pod.object, request, ports)
  await begin(request, proof.pod, action, ports)
  return action.run(proof.pod, request.parameters, { cluster, actionId: request.id, incident: request.incident })
}

/** Writes down, before the cluster is touched: that it is begun, what its undo will need, when it is to be undone, and that it is to be
 *  looked after should this process die. */
async function begin(request: ActionRequest, pod: ProvenPod, action: AnyAction, { store, clock }: RespondPorts): Promise<void> {
  const { id, incident, target, by, parameters } = request
  const key = { pk: incidentPartition(incident), sk: actionSortKey(id) }
  const undo = action.undoOf(pod, parameters, id)
  const record = await update(store, key, ActionRecord, (now): ActionRecord | undefined =>
    now?.begunMs === undefined ? { request, begunMs: clock(), podUid: pod.uid, ...(undo ? { undo } : {}) } : undefined,
  )
  const begunMs = record?.begunMs ?? clock()
  const what = `${action.name} pod ${target.namespace}/${target.pod}`
  const line = { id: `begun-${id}`, at: begunMs, kind: 'action', what, incident, action: action.name } as const
  await journal(store, { ...line, by: requesterWords(by), outcome: 'begun' })
  await setDue(store, begunMs + FINISH_AFTER_MS, `finish-${id}`, { do: 'finish', request })
  const lifetime = action.lifetimeSeconds(parameters)
  if (lifetime === undefined) return
  const endsMs = begunMs + lifetime * 1000
  const end = { id: `${id}-undo`, action: 'release', parameters: { of: [id] }, by: { kind: 'sweep' as const }, expiresMs: endsMs }
  await setDue(store, endsMs, `undo-${id}`, { do: 'undo', action: id, request: { ...request, ...end } })
}

/** Makes the outcome known, in this order: journal, the action's record, the incident's state, chat. */
async function settle(request: ActionRequest, outcome: Outcome, { store, messages, clock, log }: RespondPorts): Promise<void> {
  const { id, incident, action, target, by } = request
  const what = `${action} pod ${target.namespace}/${target.pod}`
  const why = 'why' in outcome && outcome.why ? { why: outcome.why } : {}
  const line = { at: clock(), kind: 'outcome', what, incident, action, by: requesterWords(by), outcome: outcome.state, ...why } as const
  await journal(store, { id: `outcome-${id}-${outcome.state}`, ...line })
  const key = { pk: incidentPartition(incident), sk: actionSortKey(id) }
  const record = await update(store, key, ActionRecord, (now): ActionRecord | undefined =>
    now?.outcome?.state === outcome.state || now?.undoneBy !== undefined
      ? undefined
      : { ...(now ?? { request }), outcome, settledMs: clock() },
  )
  await reflect(request, outcome, store)
  await messages.send([noticeMessage(incident, `${id}-${outcome.state}-${record?.settledMs ?? 0}`)])
  log.info('action settled', { incident, action: id, name: action, outcome: outcome.state, why: messageOf(outcomeWords(outcome)) })
}

/** What the outcome means for the incident: contained, when no pod that was heard of is left as it was; or open again. */
async function reflect({ incident, action }: ActionRequest, { state }: Outcome, store: Store): Promise<void> {
  const contains = state === 'done' && CONTAINING.has(action) && (await isContained(incident, store))
  const frees = state === 'undone' && action === 'release'
  if (!contains && !frees) return
  await update(store, incidentKey(incident), Incident, (now): Incident | undefined => {
    if (!now || (now.status === 'closed' && contains)) return undefined
    const status = contains ? 'contained' : now.status === 'contained' ? (now.acknowledgedBy ? 'acknowledged' : 'open') : now.status
    return status === now.status ? undefined : { ...now, status, revision: now.revision + 1 }
  })
}

const CONTAINING: ReadonlySet<string> = new Set(['isolate', 'delete'])

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

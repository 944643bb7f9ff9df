import { CodedError, messageOf } from '../error.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import type { ClusterWriter } from '../port/cluster.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from '../response/actions/index.ts'
import { keepEvidence } from '../response/evidence.ts'
import { type Guards, guardPod, guardRequest } from '../response/guards.ts'
import { type Outcome, outcomeWords } from '../response/outcome.ts'
import { provePod } from '../response/prove.ts'
import { release } from '../response/release.ts'
import { ActionRecord, type ActionRequest, actionSortKey, requesterWords } from '../response/request.ts'
import { setDue } from './due.ts'
import { type ActionsMessage, noticeMessage } from './messages.ts'

export type RespondPorts = {
  /** The cluster that `cluster` writes to, by the name that the forwarder stamps on its alerts. */
  readonly clusterName: string
  readonly cluster: ClusterWriter
  readonly store: Store
  readonly messages: QueueSender
  readonly guards: Guards
  readonly clock: Clock
  readonly log: Log
}

/** `lastTry`: this message will not be delivered again, but goes to the dead letters. */
export type Tries = { readonly lastTry: boolean }

/** Carries out requests in their order. One that is refused, skipped or failed for good does not hold up the next. */
export async function respond({ requests }: ActionsMessage, ports: RespondPorts, tries: Tries): Promise<void> {
  for (const request of requests) await carryOut(request, ports, tries)
}

/** Carries out one action request, once: a request that has an outcome already is only told again. Each step can be done again after a
 *  crash with the same result. Throws a transient CodedError where the API server fails, so that the request is delivered again;
 *  `lastTry` says that it will not be: then people are told that it failed, and it goes to the dead letters all the same. */
async function carryOut(request: ActionRequest, ports: RespondPorts, { lastTry }: Tries): Promise<void> {
  const key = { pk: incidentPartition(request.incident), sk: actionSortKey(request.id) }
  const record = await read(ports.store, key, ActionRecord)
  const settled = record?.outcome && !(record.outcome.state === 'failed' && record.outcome.retryable) ? record.outcome : undefined
  try {
    const outcome = settled ?? (await decide(request, record?.begunMs !== undefined, ports))
    await settle(request, outcome, ports)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (error.transient && !lastTry) throw error
    await settle(request, { state: 'failed', why: error.message, retryable: error.transient }, ports)
    if (error.transient) throw error
  }
}

/** The verdict, read from top to bottom: guards on the request, proof of the pod, guards on the pod, evidence kept, then the action. */
async function decide(request: ActionRequest, resumed: boolean, ports: RespondPorts): Promise<Outcome> {
  const { cluster, clusterName, guards, clock } = ports
  if (request.target.cluster !== clusterName) {
    return { state: 'refused', guard: 'unknown_cluster', why: `this responder acts on cluster ${clusterName} alone` }
  }
  if (request.action === 'release') return release(request, ports)
  const action = actionNamed(request.action)
  if (!action) return { state: 'refused', guard: 'unknown_action', why: `there is no action "${request.action.slice(0, 40)}"` }
  const problem = action.problemWith(request.parameters)
  if (problem !== undefined) return { state: 'refused', guard: 'bad_parameters', why: `${action.name}: ${problem}` }
  const against = resumed ? undefined : guardRequest(request, guards, clock())
  if (against) return against

  const { namespace, pod: name } = request.target
  const proof = provePod(await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }), request.target)
  if (proof.kind === 'absent') {
    return resumed && action.goneAfterBegin === 'done'
      ? { state: 'done', why: 'the pod is gone since this was begun' }
      : { state: 'skipped', why: proof.why }
  }
  if (proof.kind === 'unproven') return { state: 'refused', guard: 'unproven', why: proof.why }
  const protectedBy = guardPod(proof.pod.object, guards)
  if (protectedBy) return protectedBy

  if (action.destructive) await keepEvidence(proof.pod.object, request, ports)
  await begin(request, ports)
  return action.run(proof.pod, request.parameters, { cluster, actionId: request.id, incident: request.incident })
}

/** Writes down that it is begun, and when it is to be undone, before the cluster is touched. */
async function begin(request: ActionRequest, { store, clock }: RespondPorts): Promise<void> {
  const { id, incident, action, target, by, parameters } = request
  const key = { pk: incidentPartition(incident), sk: actionSortKey(id) }
  const record = await update(store, key, ActionRecord, (now): ActionRecord | undefined =>
    now?.begunMs === undefined ? { request, begunMs: clock() } : undefined,
  )
  const what = `${action} pod ${target.namespace}/${target.pod}`
  await journal(store, { id: `begun-${id}`, at: clock(), kind: 'action', what, incident, action, by: requesterWords(by), outcome: 'begun' })
  const lifetime = actionNamed(action)?.lifetimeSeconds(parameters)
  if (lifetime === undefined) return
  const endsMs = (record?.begunMs ?? clock()) + lifetime * 1000
  const undo = {
    ...request,
    id: `${id}-undo`,
    action: 'release',
    parameters: { of: [id] },
    by: { kind: 'sweep' as const },
    expiresMs: endsMs + 7 * 86_400_000,
  }
  await setDue(store, endsMs, `undo-${id}`, { do: 'request', request: undo })
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
    now?.outcome?.state === outcome.state ? undefined : { ...(now ?? { request }), outcome, settledMs: clock() },
  )
  await reflect(request, outcome, store)
  await messages.send([noticeMessage(incident, `${id}-${outcome.state}-${record?.settledMs ?? 0}`)])
  log.info('action settled', { incident, action: id, name: action, outcome: outcome.state, why: messageOf(outcomeWords(outcome)) })
}

/** What the outcome means for the incident: contained, or open again. */
async function reflect({ incident, action }: ActionRequest, { state }: Outcome, store: Store): Promise<void> {
  const contains = state === 'done' && (action === 'isolate' || action === 'delete')
  const frees = state === 'undone' && action === 'release'
  if (!contains && !frees) return
  await update(store, incidentKey(incident), Incident, (now): Incident | undefined => {
    if (!now) return undefined
    const status = contains ? 'contained' : now.status === 'contained' ? (now.acknowledgedBy ? 'acknowledged' : 'open') : now.status
    return status === now.status ? undefined : { ...now, status, revision: now.revision + 1 }
  })
}

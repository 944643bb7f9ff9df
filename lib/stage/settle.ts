import { contentId } from '../detection/id.ts'
import { CodedError, messageOf } from '../error.ts'
import { Incident, incidentKey } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import { PLACES_CAP } from '../incident/merge.ts'
import type { Cluster } from '../port/cluster.ts'
import type { Clock, Log } from '../port/log.ts'
import type { Metrics } from '../port/metrics.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from '../response/actions/index.ts'
import type { Verdict } from '../response/decide.ts'
import { outcomeEvent } from '../response/event.ts'
import { noteObserved } from '../response/history.ts'
import { isFinal, outcomeWords } from '../response/outcome.ts'
import { ActionRecord, podOf, recordKey } from '../response/record.ts'
import { type ActionRequest, byRequester } from '../response/request.ts'
import { loadView } from '../response/view.ts'
import { noticeMessage } from './messages.ts'

export type SettlePorts = {
  readonly clusters: (name: string) => Promise<Cluster | undefined>
  readonly store: Store
  readonly messages: QueueSender
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Log
}

/** Makes the outcome known, in this order: journal, the action's record, the incident's state, chat, the pod's own events. */
export async function settle(request: ActionRequest, verdict: Verdict, ports: SettlePorts): Promise<void> {
  const { store, messages, metrics, clock, log } = ports
  const known = verdict.outcome.state === 'failed' ? await read(store, recordKey(request), ActionRecord) : undefined
  // What came of it stands: a failure to look at it again does not make it undone.
  const { outcome, pod } = isFinal(known?.outcome) ? { outcome: known.outcome, ...podOf(known) } : verdict
  const { id, incident, action, target, by } = request
  const what = `${action} pod ${target.namespace}/${target.pod}`
  const why = 'why' in outcome && outcome.why ? { why: outcome.why } : {}
  const line = { at: clock(), kind: 'outcome', what, incident, action, ...byRequester(by), outcome: outcome.state, ...why } as const
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
  { store, clock }: SettlePorts,
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

async function tellOnPod(request: ActionRequest, { outcome, pod }: Verdict, { clusters, clock }: SettlePorts): Promise<void> {
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

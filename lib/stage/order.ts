import * as z from 'zod'
import type { AgentLink } from '../agent/link.ts'
import { ORDER_MS, orderMessage } from '../agent/order.ts'
import { incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import type { Clock } from '../port/log.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from '../response/actions/index.ts'
import type { Verdict } from '../response/decide.ts'
import { type Guards, guardRequest } from '../response/guards.ts'
import { guardOrder, settleLimits } from '../response/limits.ts'
import type { Outcome } from '../response/outcome.ts'
import { ActionRecord, actionSortKey } from '../response/record.ts'
import { ActionRequest, byRequester } from '../response/request.ts'
import { guardStop } from '../response/stop.ts'
import { setDue } from './due.ts'

export type OrderPorts = { readonly store: Store; readonly guards: Guards; readonly clock: Clock }

/** That an agent was told to do this, or is to be told (`issuedMs` 0): first, last, and until when that may still be begun. `lapses`: how often it said that an order came too late. `isAnswered`: it said
 *  what became of it, and that stands. */
export const Ordered = z.object({
  request: ActionRequest,
  firstMs: z.number().int(),
  issuedMs: z.number().int(),
  holdsUntilMs: z.number().int(),
  lapses: z.number().int(),
  isAnswered: z.boolean(),
})
export type Ordered = z.infer<typeof Ordered>

export function orderedKey({ incident, id }: Pick<ActionRequest, 'incident' | 'id'>) {
  return { pk: incidentPartition(incident), sk: `order#${id}` }
}

/** After that the sweep sends the request again, and then every five minutes, as long as it has no outcome. */
const LOOK_AGAIN_MS = 60_000
/** An answer may be on its way so long. */
const ANSWER_MS = 30_000
const RELEASE_WITHIN_MS = 24 * 3600_000
const MAX_RECORDS = 20

/** Checks what can be checked without the cluster, and has its agent do the rest: guards on the pod, the workload's budget, the floor and the cool-down are checked there. Returns
 *  undefined when the order is on its way or waits for others to be answered, and what is against it otherwise; none of that is said while an earlier order may still be carried out. Throws what the store and the queue throw, and
 *  can be called again. */
export async function order(
  request: ActionRequest,
  record: ActionRecord | undefined,
  link: AgentLink,
  ports: OrderPorts,
): Promise<Verdict | undefined> {
  const { store, guards, clock } = ports
  const ordered = await read(store, orderedKey(request), Ordered)
  const against = request.action === 'release' ? undefined : await againstOrder(request, record, ports)
  if (against === 'wait') {
    if (!ordered) await noteWaiting(request, ports)
    return undefined
  }
  if (against) {
    if (ordered && clock() < ordered.holdsUntilMs + ANSWER_MS) return undefined
    await settleLimits(request, guards, { store, nowMs: clock(), isSpent: record?.begunMs !== undefined })
    return { outcome: ordered && against.state === 'expired' ? { ...against, why: ordered.issuedMs === 0 ? NO_ROOM : NO_ANSWER } : against }
  }
  if (!ordered) await lookAfter(request, ports)
  if (!ordered?.issuedMs) await noteOrdered(request, ports)
  const issuedMs = clock()
  const next = { issuedMs, holdsUntilMs: issuedMs + ORDER_MS }
  await update(
    store,
    orderedKey(request),
    Ordered,
    (now): Ordered => ({
      ...(now ?? { request, firstMs: issuedMs, lapses: 0, isAnswered: false }),
      ...next,
    }),
  )
  const told = guards.dry_run ? { ...request, dryRun: true } : request
  const records = await recordsFor(request, record, store)
  const { cluster } = request.target
  const message = orderMessage({ kind: 'order/1', cluster, request: told, records, issuedMs, expiresMs: next.holdsUntilMs }, link.orderKey)
  await link.queue.send([message])
  const isLate = request.action === 'release' && ordered !== undefined && issuedMs > ordered.firstMs + RELEASE_WITHIN_MS
  return isLate ? { outcome: { state: 'failed', why: 'the agent in the cluster has not answered for a day', retryable: true } } : undefined
}

const NO_ANSWER = 'the agent in the cluster did not say in time that it began it'
const NO_ROOM = 'until it expired, orders that were not answered yet took up the budget'

async function againstOrder(
  request: ActionRequest,
  record: ActionRecord | undefined,
  { store, guards, clock }: OrderPorts,
): Promise<Extract<Outcome, { state: 'refused' | 'expired' }> | 'wait' | undefined> {
  const action = actionNamed(request.action)
  if (!action) return { state: 'refused', guard: 'unknown_action', why: `there is no action "${request.action.slice(0, 40)}"` }
  const problem = action.problemWith(request.parameters)
  if (problem !== undefined) return { state: 'refused', guard: 'bad_parameters', why: `${action.name}: ${problem}` }
  const nowMs = clock()
  const against = (await guardStop(store)) ?? guardRequest(request, guards, { nowMs, begunMs: record?.begunMs })
  if (against) return against
  return guardOrder(request, guards, { store, nowMs, spend: !request.dryRun && !guards.dry_run })
}

/** Comes before anything else is written: a second time does no harm, and none at all would lose it. */
async function lookAfter(request: ActionRequest, { store, clock }: OrderPorts): Promise<void> {
  await setDue(store, clock() + LOOK_AGAIN_MS, `finish-${request.id}`, { do: 'finish', request })
}

async function noteOrdered(request: ActionRequest, { store, clock }: OrderPorts): Promise<void> {
  const why = `of the agent in cluster ${request.target.cluster}`
  await journal(store, { ...lineOf(request), id: `ordered-${request.id}`, at: clock(), outcome: 'ordered', why })
}

/** What alerts claim may take up the budget until it is answered, but not for good: who comes then is looked at again, as who was ordered is. */
async function noteWaiting(request: ActionRequest, ports: OrderPorts): Promise<void> {
  const { store, clock } = ports
  await lookAfter(request, ports)
  const why = 'orders that are not answered yet take up the budget'
  await journal(store, { ...lineOf(request), id: `waits-${request.id}`, at: clock(), outcome: 'waits', why })
  const fresh: Ordered = { request, firstMs: clock(), issuedMs: 0, holdsUntilMs: 0, lapses: 0, isAnswered: false }
  await update(store, orderedKey(request), Ordered, (now) => (now ? undefined : fresh))
}

function lineOf({ incident, action, target, by }: ActionRequest) {
  const what = `${action} pod ${target.namespace}/${target.pod}`
  return { kind: 'action', what, incident, action, ...byRequester(by) } as const
}

/** Of the action itself when it was begun, and of those that a release undoes: its agent may have lost its own store. */
async function recordsFor(request: ActionRequest, record: ActionRecord | undefined, store: Store): Promise<ActionRecord[]> {
  const own = record?.begunMs === undefined ? [] : [record]
  const pk = incidentPartition(request.incident)
  const others = await Promise.all(releasedBy(request).map((id) => read(store, { pk, sk: actionSortKey(id) }, ActionRecord)))
  return [...own, ...others.filter((one) => one?.begunMs !== undefined && one.request.target.cluster === request.target.cluster)].filter(
    (one) => one !== undefined,
  )
}

/** The ids of the actions that a release is to undo. */
export function releasedBy({ action, parameters: { of } }: ActionRequest): readonly string[] {
  if (action !== 'release' || !Array.isArray(of)) return []
  return of.filter((id): id is string => typeof id === 'string').slice(0, MAX_RECORDS)
}

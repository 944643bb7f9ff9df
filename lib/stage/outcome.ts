import { ANSWER, type Answer } from '../agent/answer.ts'
import { SCHEMA } from '../agent/order.ts'
import { claimedCluster, open } from '../agent/signed.ts'
import { CodedError } from '../error.ts'
import { incidentPartition } from '../incident/incident.ts'
import type { MessageContent } from '../port/queue.ts'
import { read, update } from '../port/store.ts'
import type { Verdict } from '../response/decide.ts'
import { settleLimits } from '../response/limits.ts'
import { isFinal, type Outcome } from '../response/outcome.ts'
import { ActionRecord, actionSortKey } from '../response/record.ts'
import { requesterWords } from '../response/request.ts'
import { ActionsMessage, readBody } from './messages.ts'
import { Ordered, order, orderedKey, releasedBy } from './order.ts'
import { followBegun, type RespondPorts, respond, type Tries } from './respond.ts'
import { settle } from './settle.ts'

/** So often an order that came too late is given again at once; after that the sweep does it every five minutes. */
const MAX_LAPSES = 10
const MAX_WHY = 1000

/** What respond is given: actions to carry out, or what an agent answered. */
export function takeForRespond({ body, attributes }: MessageContent, ports: RespondPorts, tries: Tries): Promise<void> {
  if (attributes[SCHEMA] === ANSWER.kind) return settleOrdered({ body }, ports)
  return respond(readBody(body, ActionsMessage), ports, tries)
}

/** Takes an agent's answer: what it wrote down of the action is kept here too, and the outcome is made known as that of any other. An agent is believed only about what it was
 *  ordered to do, in its own cluster, and the first final answer stands, over what was said here in the meantime. Throws CodedError `unauthorized`, `invalid_input`, and what the store throws. */
export async function settleOrdered({ body }: Pick<MessageContent, 'body'>, ports: RespondPorts): Promise<void> {
  const cluster = claimedCluster(body)
  const link = ports.agents?.(cluster)
  if (!link) throw new CodedError('unauthorized', `an answer from cluster ${cluster.slice(0, 100)}, in which no agent is set up`)
  const answer = open(body, ANSWER, link.answerKey)
  const key = orderedKey({ incident: answer.incident, id: answer.action })
  const ordered = await read(ports.store, key, Ordered)
  if (!ordered || ordered.issuedMs === 0 || ordered.request.target.cluster !== cluster)
    throw new CodedError('unauthorized', `the agent in cluster ${cluster.slice(0, 100)} answers for what it was not told to do`)
  const { request } = ordered
  if (ordered.isAnswered) return settleAgain(ordered, ports)
  await noteBegun(ordered, answer, ports)
  await noteUndone(ordered, answer, ports)
  if (answer.verdict === 'lapsed') return orderAgain(ordered, answer, ports)
  const { store, guards, clock } = ports
  await settleLimits(request, guards, { store, nowMs: clock(), isSpent: hasActed(answer.verdict.outcome, answer) })
  await settle(request, verdictFrom(ordered, answer.verdict), ports)
  if (isFinal(answer.verdict.outcome))
    await update(ports.store, key, Ordered, (now): Ordered | undefined => now && { ...now, isAnswered: true })
}

/** Whether something was done, or may have been, that counts against the budgets. */
function hasActed({ state }: Outcome, { begun }: Answer): boolean {
  return state === 'done' || state === 'undone' || (state === 'failed' && begun !== undefined)
}

/** The same answer came before, and may not have been told to its end. */
async function settleAgain({ request }: Ordered, ports: RespondPorts): Promise<void> {
  const record = await read(ports.store, recordKey(request), ActionRecord)
  if (record?.outcome && record.undoneBy === undefined) await settle(request, { outcome: record.outcome }, ports)
}

async function noteBegun({ request, firstMs }: Ordered, { begun }: Answer, ports: RespondPorts): Promise<void> {
  if (!begun || request.action === 'release') return
  // Another clock's time, from which an end is reckoned: neither before it was asked for nor in the future
  const begunMs = Math.min(Math.max(begun.begunMs, firstMs), ports.clock())
  const { podUid, data, evidence } = begun
  const known = { begunMs, ...(podUid ? { podUid } : {}), ...(data ? { data } : {}), ...(evidence ? { evidence } : {}) }
  const record = await update(ports.store, recordKey(request), ActionRecord, (now): ActionRecord | undefined =>
    now?.begunMs === undefined ? { ...(now ?? { request }), ...known } : undefined,
  )
  await followBegun({ request, ...record, begunMs: record?.begunMs ?? begunMs }, ports.store)
}

/** What a release has undone, of what it was to undo. */
async function noteUndone({ request }: Ordered, { undone }: Answer, { store, clock }: RespondPorts): Promise<void> {
  const outcome = { state: 'undone', why: `by ${requesterWords(request.by)}` } as const
  for (const id of releasedBy(request).filter((one) => undone.includes(one))) {
    const key = recordKey({ incident: request.incident, id })
    await update(store, key, ActionRecord, (now): ActionRecord | undefined => {
      const isTheirs = now?.request.target.cluster === request.target.cluster
      return now && isTheirs && now.undoneBy === undefined ? { ...now, outcome, settledMs: clock(), undoneBy: request.id } : undefined
    })
  }
}

/** The order came at a time at which it did not hold; the request may. Guards, and the kill switch, are asked again. */
async function orderAgain({ request }: Ordered, { issuedMs, cluster }: Answer, ports: RespondPorts): Promise<void> {
  let again = false
  await update(ports.store, orderedKey(request), Ordered, (now): Ordered | undefined => {
    again = now !== undefined && now.issuedMs === issuedMs && now.lapses < MAX_LAPSES
    return now && again ? { ...now, lapses: now.lapses + 1, holdsUntilMs: 0 } : undefined
  })
  const link = ports.agents?.(cluster)
  const record = await read(ports.store, recordKey(request), ActionRecord)
  if (!again || !link || isFinal(record?.outcome)) return
  const verdict = await order(request, record, link, ports)
  if (verdict) await settle(request, verdict, ports)
}

/** Words are cut, a guard's name becomes the label of a metric, and the pod is the one that was meant or none. */
function verdictFrom({ request: { target } }: Ordered, { outcome, workload, pod }: Exclude<Answer['verdict'], 'lapsed'>): Verdict {
  const isMeant = pod !== undefined && pod.namespace === target.namespace && pod.name === target.pod && pod.uid.length <= 100
  return { outcome: bounded(outcome), ...(workload === undefined ? {} : { workload }), ...(isMeant ? { pod } : {}) }
}

function bounded(outcome: Outcome): Outcome {
  const cut = outcome.why === undefined ? outcome : { ...outcome, why: outcome.why.slice(0, MAX_WHY) }
  return cut.state === 'refused' && !/^[a-z_]{1,40}$/.test(cut.guard) ? { ...cut, guard: 'unknown' } : cut
}

function recordKey({ incident, id }: { readonly incident: string; readonly id: string }) {
  return { pk: incidentPartition(incident), sk: actionSortKey(id) }
}

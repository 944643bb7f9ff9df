import { unpackBatch } from '../batch/batch.ts'
import { wholeBatch } from '../batch/parts.ts'
import { correlate, type Firing } from '../correlation/evaluate.ts'
import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { readAlert } from '../detection/read.ts'
import { CodedError, messageOf } from '../error.ts'
import { causeOf, subjectOf } from '../incident/group.ts'
import { incidentPartition } from '../incident/incident.ts'
import { listUnderDay } from '../incident/index-by-day.ts'
import { journal } from '../incident/journal.ts'
import { openOrMerge } from '../incident/open.ts'
import type { Clock, Log } from '../port/log.ts'
import type { MessageContent, QueueSender } from '../port/queue.ts'
import { read, type Store } from '../port/store.ts'
import { PlannedAction, planActions, planSortKey } from '../response/plan.ts'
import { routesOf } from '../response/route.ts'
import type { RuleSet } from '../rule-set.ts'
import { QUIET_MS, setDue } from './due.ts'
import { actionsMessage } from './messages.ts'

export type EvaluatePorts = {
  readonly store: Store
  readonly incidents: QueueSender
  readonly actions: QueueSender
  readonly rules: RuleSet
  readonly clock: Clock
  readonly log: Log
}

type Group = { readonly detections: Detection[]; readonly firings: Firing[] }

/** Evaluates one batch, when the last of its parts has come: reads its alerts, correlates, brings each incident up to date, and hands on what is called for. Every step can be
 *  done again with the same result, so a batch that comes twice, or a crash anywhere in it, changes nothing. What cannot be evaluated for
 *  good is kept in the journal and does not hold up its neighbours; what may succeed later throws, at the end, so that the batch comes again. */
export async function evaluate(message: MessageContent, ports: EvaluatePorts): Promise<void> {
  const whole = await wholeBatch(message, ports.store, ports.clock())
  if (!whole) return
  const later: unknown[] = []
  const apart = async (detections: readonly Detection[], work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (error instanceof CodedError && !error.transient) await setAside(detections, error, ports)
      else later.push(error)
    }
  }
  const groups = new Map<string, Group>()
  for (const detection of await readBatch(whole, ports)) {
    await apart([detection], async () => {
      const firings = await correlate(detection, ports.rules.correlations, ports)
      const key = `${subjectOf(detection).key} ${causeOf(detection, ports.rules.correlations)}`
      const group = groups.get(key) ?? { detections: [], firings: [] }
      group.detections.push(detection)
      group.firings.push(...firings)
      groups.set(key, group)
    })
  }
  for (const group of groups.values()) await apart(group.detections, () => advance(group, ports))
  if (later.length > 0) throw later[0]
}

async function setAside(detections: readonly Detection[], error: CodedError, { store, clock, log }: EvaluatePorts): Promise<void> {
  log.error('detections set aside', { count: detections.length, code: error.code, why: messageOf(error) })
  for (const { id, rule, message } of detections) {
    const what = `${rule}: ${message}`.slice(0, 4096)
    await journal(store, { id: `aside-${id}`, at: clock(), kind: 'refused_input', what, outcome: 'refused', why: messageOf(error) })
  }
}

/** What the batch's alerts say. One that cannot be read is kept in the journal, with the reason; the agents' words about themselves are counted. */
async function readBatch(message: MessageContent, { store, clock, log }: EvaluatePorts): Promise<readonly Detection[]> {
  const batch = unpackBatch(message)
  const refused = batch.refused.map(({ line, reason }) => ({ text: line, reason }))
  const detections: Detection[] = []
  const telemetry: string[] = []
  for (const envelope of batch.envelopes) {
    const reading = readAlert(envelope)
    if (reading.kind === 'detection') detections.push(reading.detection)
    if (reading.kind === 'internal')
      log.info('agent reported on itself', { agent: envelope.agent, rule: reading.rule, priority: reading.priority })
    if (reading.kind === 'telemetry') telemetry.push(`${envelope.agent}: ${reading.what}`)
    if (reading.kind === 'refused') refused.push({ text: envelope.alert, reason: reading.reason })
  }
  if (telemetry.length > 0) log.info('events without a finding passed over', { count: telemetry.length, first: telemetry[0] })
  for (const { text, reason } of refused) {
    log.warn('alert refused', { batch: batch.id, reason })
    const id = `refused-${contentId(text, reason).slice(0, 32)}`
    await journal(store, { id, at: clock(), kind: 'refused_input', what: text.slice(0, 4096), outcome: 'refused', why: reason })
  }
  return detections
}

async function advance({ detections, firings }: Group, ports: EvaluatePorts): Promise<void> {
  const { store, incidents, rules, clock, log } = ports
  const [first] = detections
  if (!first) return
  const opening = { subject: subjectOf(first), cause: causeOf(first, rules.correlations) }
  const fired = firings.map(({ correlation }) => correlation)
  const incident = await openOrMerge(store, opening, { detections, fired, nowMs: clock() }, (merged) =>
    routesOf(merged, detections, rules.routes),
  )
  await listUnderDay(store, incident)
  const line = { id: 'opened', at: clock(), kind: 'incident', what: incident.title, incident: incident.id, outcome: 'open' } as const
  await journal(store, line)
  for (const { correlation, hits } of firings) {
    const what = `${correlation.title}: ${hits.map(({ rule }) => rule).join(' → ')}`
    await journal(store, { ...line, id: `fired-${contentId(correlation.title).slice(0, 16)}`, what, outcome: 'correlated' })
  }
  // Many detections call for the same: once is enough.
  const called = detections.flatMap((detection) => planActions(incident, detection, rules.responses, clock()))
  const planned = new Map(called.map((action) => [action.request.id, action])).values()
  for (const ofOneResponse of Map.groupBy(planned, ({ response }) => response).values()) await handOn(ofOneResponse, ports)
  await setDue(store, incident.openedMs + QUIET_MS, `close-${incident.id}`, { do: 'close', incident: incident.id })
  await incidents.send([
    { body: JSON.stringify({ incident: incident.id }), group: incident.id, dedup: `${incident.id}-${incident.revision}` },
  ])
  log.info('incident advanced', {
    incident: incident.id,
    count: incident.count,
    severity: incident.severity,
    detections: detections.length,
  })
}

/** Writes what a response calls for down, and sends what is to be done without asking, in its order. */
async function handOn(planned: readonly PlannedAction[], ports: EvaluatePorts): Promise<void> {
  const standing = []
  for (const action of planned) standing.push(await writeDown(action, ports))
  const requests = standing.filter(({ mode }) => mode === 'enforce').map(({ request }) => request)
  if (requests.length > 0) await ports.actions.send([actionsMessage(requests)])
}

/** Writes a plan down once. The first one stands, with its expiry, however often it comes. */
async function writeDown(planned: PlannedAction, { store, clock }: EvaluatePorts): Promise<PlannedAction> {
  const { id, incident, action, target } = planned.request
  const key = { pk: incidentPartition(incident), sk: planSortKey(id) }
  await store.put({ ...key, data: planned }, 'absent')
  const standing = (await read(store, key, PlannedAction)) ?? planned
  const { response, mode, request } = standing
  const what = `${action} pod ${target.namespace}/${target.pod}: ${mode} by response "${response}"`
  await journal(store, { id: `planned-${id}`, at: clock(), kind: 'planned', what, incident, action, by: response, outcome: mode })
  if (mode === 'approve') await setDue(store, request.expiresMs, `expire-${id}`, { do: 'expire', incident, plan: id })
  return standing
}

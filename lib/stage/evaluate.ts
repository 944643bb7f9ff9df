import { wholeBatch } from '../batch/parts.ts'
import type { Fired, ToDecide } from '../correlation/advance.ts'
import type { Stage } from '../correlation/correlation.ts'
import { type Correlated, correlate, decide } from '../correlation/evaluate.ts'
import { keysOf } from '../correlation/set.ts'
import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { CodedError, messageOf } from '../error.ts'
import { subjectOf, subjectOfFiring } from '../incident/group.ts'
import { journal } from '../incident/journal.ts'
import { firstIncidentKey } from '../incident/open.ts'
import { silencesIn } from '../incident/silences.ts'
import { stageOf } from '../incident/stage-rule.ts'
import { inParallel } from '../parallel.ts'
import type { Clock, Log } from '../port/log.ts'
import type { MessageContent, QueueSender } from '../port/queue.ts'
import type { Store } from '../port/store.ts'
import type { RuleSet } from '../rule-set.ts'
import { type Advanced, advanceIncident, type Chapter, tellIncident } from './advance-incident.ts'
import { setDue } from './due.ts'
import { DECIDE_SCHEMA, DecideMessage, type DecisionToTake, readBody } from './messages.ts'
import { readBatch } from './read-batch.ts'

export type EvaluatePorts = {
  readonly store: Store
  readonly incidents: QueueSender
  readonly actions: QueueSender
  readonly rules: RuleSet
  readonly clock: Clock
  readonly log: Log
}

const AT_ONCE = 16

/** Evaluates one message: a batch, when the last of its parts has come, or decisions that had to wait. Reads the alerts, correlates, brings each
 *  incident up to date, and hands on what is called for. Every step can be done again with the same result, so a message that comes twice, or a
 *  crash anywhere in it, changes nothing. What cannot be evaluated for good is kept in the journal and does not hold up its neighbours; what may
 *  succeed later throws, at the end, so that the message comes again. */
export async function evaluate(message: MessageContent, ports: EvaluatePorts): Promise<void> {
  await evaluateMessage(message, ports)
}

/** The same; resolves with the correlations that came true. */
export async function evaluateMessage(message: MessageContent, ports: EvaluatePorts): Promise<readonly Fired[]> {
  if (message.attributes['creance.schema'] === DECIDE_SCHEMA) return evaluateDecisions(message, ports)
  const whole = await wholeBatch(message, ports.store, ports.clock())
  if (!whole) return []
  const { id, detections, ofAgents } = await readBatch(whole, ports)
  const { correlations, stages } = ports.rules
  const keyed = [...detections, ...ofAgents].map((detection) => ({ detection, keys: keysOf(detection, correlations) }))
  const correlated = await correlate(keyed, correlations, ports)
  const staged = keyed.slice(0, detections.length).map((one) => ({ ...one, stage: stageOf(one.detection, stages) }))
  await advanceAll({ batch: id, staged, correlated }, ports)
  return correlated.fired
}

async function evaluateDecisions({ body }: MessageContent, ports: EvaluatePorts): Promise<readonly Fired[]> {
  const due = readBody(body, DecideMessage).decide.map(({ correlation, group, fromNs, toNs }) => ({
    title: correlation,
    group,
    times: { from: BigInt(fromNs), to: BigInt(toNs) },
  }))
  const correlated = await decide(due, ports.rules.correlations, ports)
  await advanceAll({ batch: contentId('decide', body), staged: [], correlated }, ports)
  return correlated.fired
}

type Staged = { readonly detection: Detection; readonly keys: readonly string[]; readonly stage: Stage }
type Evaluated = { readonly batch: string; readonly staged: readonly Staged[]; readonly correlated: Correlated }

async function advanceAll({ batch, staged, correlated }: Evaluated, ports: EvaluatePorts): Promise<void> {
  const later: unknown[] = []
  const apart = async (detections: readonly Detection[], work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (error instanceof CodedError && !error.transient) await setAside(detections, error, ports)
      else later.push(error)
    }
  }
  const byId = new Map(staged.map(({ detection }) => [detection.id.slice(0, 16), detection]))
  for (const { error, hits } of correlated.failed) {
    await apart([...new Set(hits.flatMap(({ id }) => byId.get(id) ?? []))], () => Promise.reject(error))
  }
  if (correlated.cut > 0) ports.log.warn('correlation groups are full: their oldest hits are forgotten', { groups: correlated.cut })
  await apart([], async () => {
    await inParallel(dueOf(correlated.toDecide), AT_ONCE, ({ atMs, decisions }) =>
      setDue(ports.store, atMs, `decide-${contentId(decisions).slice(0, 32)}`, { do: 'decide', decisions }),
    )
  })
  await apart([], () => noteObserved(correlated.fired, ports))
  const chapters = chaptersOf(staged, correlated.fired, ports.rules)
  const known = await firstIncidents(chapters, ports.store)
  const advanced: Advanced[] = []
  await inParallel(known, AT_ONCE, (chapter) =>
    apart(
      chapter.detections.map(({ detection }) => detection),
      async () => void advanced.push(await advanceIncident(chapter, batch, ports)),
    ),
  )
  // Only when all that is to be acted upon was handed on
  const silences = advanced.length > 0 ? [...ports.rules.silences, ...(await silencesIn(ports.store))] : []
  await inParallel(advanced, AT_ONCE, (one) => apart(one.came, () => tellIncident(one, silences, ports)))
  if (later.length > 0) throw later[0]
}

/** The chapters, each with what there is of its incident, read together. */
async function firstIncidents(chapters: readonly Chapter[], store: Store): Promise<readonly Chapter[]> {
  const items = await store.getMany(chapters.map(({ opening }) => firstIncidentKey(opening)))
  return chapters.map((chapter, at) => ({ ...chapter, opening: { ...chapter.opening, read: { item: items[at] } } }))
}

const DECISIONS_A_DUE = 100

/** What had to wait, by when it is to be decided: one item holds many. */
function dueOf(toDecide: readonly ToDecide[]): readonly { readonly atMs: number; readonly decisions: DecisionToTake[] }[] {
  return [...Map.groupBy(toDecide, ({ atMs }) => atMs)].flatMap(([atMs, some]) => {
    const decisions = some.map(({ title, group, times }) => {
      return { correlation: title, group: [...group], fromNs: String(times.from), toNs: String(times.to) }
    })
    const chunks = Array.from({ length: Math.ceil(decisions.length / DECISIONS_A_DUE) }, (_, at) => at * DECISIONS_A_DUE)
    return chunks.map((at) => ({ atMs, decisions: decisions.slice(at, at + DECISIONS_A_DUE) }))
  })
}

/** What comes to each incident. What is only observed comes to none. */
function chaptersOf(staged: readonly Staged[], fired: readonly Fired[], { families }: RuleSet): readonly Chapter[] {
  const chapters = new Map<string, Chapter & { detections: Staged[]; fired: Fired[] }>()
  const chapterOf = (opening: Chapter['opening']) => {
    const key = JSON.stringify([opening.subject.key, opening.cause])
    const chapter = chapters.get(key) ?? { opening, detections: [], fired: [] }
    chapters.set(key, chapter)
    return chapter
  }
  for (const one of staged) {
    if (one.stage === 'observe') continue
    const { detection, keys } = one
    chapterOf({ subject: subjectOf(detection), cause: families.causeOf(detection, keys) }).detections.push(one)
  }
  for (const one of fired) {
    if (one.correlation.stage === 'observe') continue
    chapterOf({ subject: subjectOfFiring(one), cause: families.causeOfFiring(one.correlation) }).fired.push(one)
  }
  return [...chapters.values()]
}

/** A correlation that is only observed leads to no incident: the journal says that it came true. */
async function noteObserved(fired: readonly Fired[], { store, clock, log }: EvaluatePorts): Promise<void> {
  for (const { id, correlation, group, hits } of fired.filter((one) => one.correlation.stage === 'observe')) {
    const what = `${correlation.title}: ${group.join(', ').slice(0, 500)}`
    const line = {
      id: `observed-${id}`,
      at: clock(),
      kind: 'incident',
      what,
      outcome: 'observed',
      why: `${hits.length} detections`,
    } as const
    await journal(store, line)
    log.info('correlation observed', { correlation: correlation.title, firing: id })
  }
}

async function setAside(detections: readonly Detection[], error: CodedError, { store, clock, log }: EvaluatePorts): Promise<void> {
  log.error('detections set aside', { count: detections.length, code: error.code, why: messageOf(error) })
  for (const { id, rule, message } of detections) {
    const what = `${rule}: ${message}`.slice(0, 4096)
    await journal(store, { id: `aside-${id}`, at: clock(), kind: 'refused_input', what, outcome: 'refused', why: messageOf(error) })
  }
}

import type { Fired } from '../correlation/advance.ts'
import type { Stage } from '../correlation/correlation.ts'
import { ASKED_FIELDS } from '../detection/asked.ts'
import type { Detection } from '../detection/detection.ts'
import { detectionFrom, evidenceOf } from '../detection/evidence.ts'
import { containersIn, type FiringNews, incidentFiring, podsIn } from '../incident/firings.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { listUnderDay } from '../incident/index-by-day.ts'
import { journal } from '../incident/journal.ts'
import { batchMark } from '../incident/merge.ts'
import { type Opened, type Opening, openOrMerge } from '../incident/open.ts'
import { type CompiledSilence, silenceOf } from '../incident/silence.ts'
import { type Telling, tellingOf } from '../incident/telling.ts'
import { read, update } from '../port/store.ts'
import { PlannedAction, planActions, planSortKey } from '../response/plan.ts'
import { routesOf } from '../route/route.ts'
import { CANDIDATES } from '../rule/falco/exception-candidates.ts'
import { QUIET_MS, setDue } from './due.ts'
import type { EvaluatePorts } from './evaluate.ts'
import { actionsMessage } from './messages.ts'

/** What comes to one incident at once. */
export type Chapter = {
  readonly opening: Opening
  readonly detections: readonly { readonly detection: Detection; readonly stage: Stage }[]
  readonly fired: readonly Fired[]
}
/** An incident that was brought up to date, and of which somebody may yet have to be told. */
export type Advanced = {
  readonly opened: Opened
  /** Whether what is new is passed on at once, for what is known without the routes. */
  readonly telling: Telling
  readonly came: readonly Detection[]
  readonly earlier: readonly Detection[]
}

/** Brings one incident up to date, and hands on what responses plan. Who is told of it is for `tellIncident`, when this was done for all. */
export async function advanceIncident(chapter: Chapter, batch: string, ports: EvaluatePorts): Promise<Advanced> {
  const { store, rules, clock, log } = ports
  const nowMs = clock()
  const fired = chapter.fired.map(incidentFiring)
  const came = chapter.detections.map(({ detection }) => detection)
  const earlier = fired.flatMap(({ evidence }) => evidence).map(detectionFrom)
  let telling: Telling = { kind: 'now' }
  const news = {
    batch,
    evidence: came.map((detection) => evidenceOf(detection, fieldsOf(detection, rules.correlations.evidenceFields))),
    fired,
    nowMs,
  }
  const opened = await openOrMerge(store, chapter.opening, news, (merged, before) => {
    telling = tellingOf(merged, before, nowMs)
    return { ...merged, ...telling.marks }
  })
  const { incident } = opened
  await noteOpened(opened, { fired, batch }, ports)
  await plan(chapter, incident, earlier, ports)
  log.info('incident advanced', { incident: incident.id, count: incident.count, severity: incident.severity, detections: came.length })
  return { opened, telling, came, earlier }
}

/** Finds who is to be told: of what no silence keeps quiet. It comes last, and holds nothing up but the telling: silences are people's, and many. The
 *  incident's message is passed on at a bounded rate. */
export async function tellIncident(advanced: Advanced, silences: readonly CompiledSilence[], ports: EvaluatePorts): Promise<void> {
  const { opened, telling } = advanced
  const { isChanged } = opened
  const routed = await route(advanced, silences, ports)
  const { incident } = routed
  const { id, revision, toldMs, tellMs } = incident
  const { store, incidents } = ports
  if (telling.kind === 'later' || (!isChanged && tellMs > toldMs)) await setDue(store, tellMs, `tell-${id}`, { do: 'tell', incident: id })
  if (telling.kind !== 'now' && isChanged && !routed.isNew) return
  await incidents.send([{ body: JSON.stringify({ incident: id }), group: id, dedup: `${id}-${revision}` }])
}

type Routed = { readonly incident: Incident; readonly isNew: boolean }

/** Writes down which routes it is told by and which silences kept part of it quiet, where that is new. Of news that came before, this may not have
 *  been done: it is found out anew, and comes to the same. */
async function route({ opened, came, earlier }: Advanced, silences: readonly CompiledSilence[], ports: EvaluatePorts): Promise<Routed> {
  const { store, rules, clock } = ports
  const { incident, before, isChanged } = opened
  const silenced = [...came, ...earlier].map((detection) => ({ detection, by: silenceOf(detection, silences) }))
  const audible = silenced.filter(({ by }) => !by).map(({ detection }) => detection)
  const quietNames = silenced.flatMap(({ by }) => by?.name ?? [])
  // Worse than before, it may now be severe enough for a route that what came earlier matches.
  const mayRise = before !== undefined && (incident.severity > before.severity || !isChanged)
  const known = mayRise ? incident.evidence.map(detectionFrom).filter((detection) => !silenceOf(detection, silences)) : []
  const routes = routesOf(incident, [...audible, ...known], rules.routes)
  const isMore = (now: Incident): boolean =>
    routes.some((name) => !now.routes.includes(name)) ||
    (now.silenced.length < SILENCED_CAP && quietNames.some((name) => !now.silenced.includes(name)))
  if (!isMore(incident)) return { incident, isNew: false }
  let isNew = false
  const written = await update(store, incidentKey(incident.id), Incident, (now): Incident | undefined => {
    isNew = false
    if (!now || !isMore(now)) return undefined
    const all = [...new Set([...now.routes, ...routes])]
    isNew = all.length > now.routes.length
    const quiet = [...new Set([...now.silenced, ...quietNames])].sort().slice(0, SILENCED_CAP)
    return { ...now, routes: all, silenced: quiet, ...(isNew ? { toldMs: clock() } : {}), revision: now.revision + 1 }
  })
  return { incident: written ?? incident, isNew }
}

const SILENCED_CAP = 20

/** What is kept of the agent's fields: what rules ask for, and of the audit log, what people want to see; as far as there is room, what an exception
 *  is made of. */
function fieldsOf(
  { source }: Detection,
  asked: readonly string[],
): { readonly fields: readonly string[]; readonly also: readonly string[] } {
  const fields = source === 'k8s_audit' ? [...new Set([...asked, ...ASKED_FIELDS])] : asked
  return { fields, also: EXCEPTED.get(source) ?? [] }
}

const EXCEPTED: ReadonlyMap<string, readonly string[]> = new Map(
  [...CANDIDATES].map(([source, { all }]) => [source, all.flatMap(({ fields }) => fields)]),
)

type Noted = { readonly fired: readonly FiringNews[]; readonly batch: string }

/** What is written once: where it stands, that it began, which correlations came true, and when it is to be looked at again. */
async function noteOpened({ incident, before, isChanged }: Opened, { fired, batch }: Noted, ports: EvaluatePorts): Promise<void> {
  const { store, clock } = ports
  const { id, title, openedMs } = incident
  const line = { id: 'opened', at: clock(), kind: 'incident', what: title, incident: id, outcome: 'open' } as const
  const isAgain = before?.batches.includes(batchMark(batch)) ?? false
  if (!before || !isChanged || isAgain) {
    await Promise.all([
      listUnderDay(store, incident),
      journal(store, line),
      setDue(store, openedMs + QUIET_MS, `close-${id}`, { do: 'close', incident: id }),
    ])
  }
  const known = new Set(isChanged ? before?.firings.map((one) => one.id) : [])
  for (const { firing, evidence } of fired) {
    if (known.has(firing.id)) continue
    const rules = [...new Set(evidence.map(({ rule }) => rule))].slice(0, 8).join(' → ')
    const what = `${firing.correlation}: ${rules}`
    await journal(store, {
      ...line,
      id: `fired-${firing.id}`,
      what,
      outcome: 'correlated',
      why: `${firing.hits} detections, ${firing.group.join(', ')}`.slice(0, 500),
    })
  }
}

/** Many detections call for the same: once is enough. What came before a correlation came true is known by its evidence. */
async function plan(
  { detections, fired }: Chapter,
  incident: Incident,
  earlier: readonly Detection[],
  ports: EvaluatePorts,
): Promise<void> {
  const { rules, clock } = ports
  const came = detections.filter(({ stage }) => stage === 'respond').map(({ detection }) => detection)
  const responding = fired.filter(({ correlation }) => correlation.stage === 'respond')
  const parts = new Set(responding.flatMap(({ hits }) => hits.map(({ id }) => id)))
  const isPart = ({ id }: Detection): boolean => parts.has(id.slice(0, 16))
  const also = detections.filter(({ stage, detection }) => stage !== 'respond' && isPart(detection)).map(({ detection }) => detection)
  const here = new Set(detections.map(({ detection }) => detection.id.slice(0, 16)))
  const before = earlier.filter((detection) => isPart(detection) && !here.has(detection.id.slice(0, 16)))
  const now = fired.map((one) => ({
    correlation: one.correlation.title,
    severity: one.correlation.severity,
    pods: podsIn(one),
    containers: containersIn(one),
  }))
  const called = [...came, ...also, ...before].flatMap((detection) =>
    planActions(incident, detection, { responses: rules.responses, fired: now, nowMs: clock() }),
  )
  const planned = new Map(called.map((action) => [action.request.id, action])).values()
  const ofOnePod = ({ response, request: { target } }: PlannedAction) =>
    JSON.stringify([response, target.namespace, target.pod, target.uid ?? target.containerId])
  for (const together of Map.groupBy(planned, ofOnePod).values()) await handOn(together, ports)
}

/** Writes what a response calls for on one pod down, and sends what is to be done, or looked at, without asking, in its order. */
async function handOn(planned: readonly PlannedAction[], ports: EvaluatePorts): Promise<void> {
  const standing = []
  for (const action of planned) standing.push(await writeDown(action, ports))
  const requests = standing.filter(({ mode }) => mode !== 'approve').map(({ request }) => request)
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

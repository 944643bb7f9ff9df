import { scratchDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import type { OutgoingMessage, QueueSender } from '../lib/port/queue.ts'
import type { RuleSet } from '../lib/rule-set.ts'
import { nextDecisionMs } from '../lib/stage/due.ts'
import { evaluate } from '../lib/stage/evaluate.ts'
import { sweep } from '../lib/stage/sweep.ts'
import { random } from '../test/support/alerts/random.ts'
import { clientCpuMs } from './support/client-cpu.ts'
import { chainOn, clusterAlerts, type Mix, REALISTIC, START_MS, stormOn, type TimedAlert } from './support/cluster-alerts.ts'
import { podsOfWorkload } from './support/cluster-pods.ts'
import { type CostInputs, costsOf } from './support/cost-model.ts'
import { type Counts, countingStore } from './support/counting-store.ts'
import { forwarderMessages } from './support/forwarder-messages.ts'
import { rulesWith, SETTINGS } from './support/rule-settings.ts'
import { decimal, median, printTable } from './support/table.ts'

// What the table is asked for a detection: `evaluate` with the shipped rules and a route to Slack, on messages as the forwarder packs them. First
// half as many detections as are counted, so that incidents and groups stand as they do in the middle of a day. The bar: at most 0.2 operations a
// detection on the realistic mix. What had to wait (the sweep, and the decisions that it sends) is counted apart.
const DETECTIONS = Number(process.argv[2] ?? 40_000)
const LINGER_MS = Number(process.argv[3] ?? 1000) // CREANCE_LINGER_MS
const MINUTE_MS = 60_000
const MILLION = 1_000_000
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

type Figures = {
  readonly alerts: number
  readonly messages: number
  readonly waves: readonly number[]
  readonly cpuMs: number
  readonly counts: Counts
  /** Of the whole run, warm-up and all. */
  readonly later: Counts
  readonly allAlerts: number
  readonly sent: { readonly incidents: number; readonly actions: number; readonly messages: number; readonly decisions: number }
}

/** `warmUp`: so many alerts are evaluated before counting begins. */
async function run(rules: RuleSet, alerts: Iterable<TimedAlert>, warmUp = 0): Promise<Figures> {
  let nowMs = START_MS
  const clock = () => nowMs
  const inner = sqliteStore(scratchDatabase(), { clock })
  const sent = { incidents: 0, actions: 0, messages: 0, decisions: 0 }
  const counted = (name: keyof typeof sent): QueueSender => ({
    send: async (messages) => {
      sent[name] += messages.length
    },
  })
  const queues = { incidents: counted('incidents'), actions: counted('actions'), messages: counted('messages') }
  let now = countingStore(inner)
  const later = countingStore(inner)
  let figures = { alerts: 0, messages: 0, waves: [] as number[], cpuMs: 0 }
  let isWarm = warmUp === 0
  let warmed = 0
  let sweptMs = nowMs
  const sweepAll = async (): Promise<void> => {
    const decisions: OutgoingMessage[] = []
    const detections = { send: async (messages: readonly OutgoingMessage[]) => void decisions.push(...messages) }
    await sweep({ ...queues, store: later.store, detections, userGroups: [], clock, log: quiet })
    sent.decisions += decisions.length
    const ports = { ...queues, store: later.store, rules, clock, log: quiet }
    for (const { body, attributes = {} } of decisions) await evaluate({ body, attributes }, ports)
  }
  for (const { message, atMs, alerts: count } of forwarderMessages(alerts, LINGER_MS)) {
    if (!isWarm && warmed >= warmUp) {
      isWarm = true
      now = countingStore(inner)
      figures = { alerts: 0, messages: 0, waves: [], cpuMs: 0 }
      Object.assign(sent, { incidents: 0, actions: 0 })
    }
    warmed += count
    nowMs = Math.max(nowMs, atMs)
    if (nowMs - sweptMs >= MINUTE_MS) {
      sweptMs = nowMs
      await sweepAll()
    }
    const before = now.waves()
    const cpu = process.cpuUsage()
    await evaluate(message, { ...queues, store: now.store, rules, clock, log: quiet })
    const { user, system } = process.cpuUsage(cpu)
    figures.cpuMs += (user + system) / 1000
    figures.waves.push(now.waves() - before)
    figures.alerts += count
    figures.messages += 1
  }
  for (let next = await nextDecisionMs(inner); next !== undefined; next = await nextDecisionMs(inner)) {
    nowMs = Math.max(nowMs, next)
    await sweepAll()
  }
  return { ...figures, counts: now.counts, later: later.counts, allAlerts: warmed, sent: { ...sent } }
}

const sum = (counts: Counts, of: 'operations' | 'readUnits' | 'writeUnits' | 'bytes', prefix = '') =>
  [...counts].filter(([key]) => key.startsWith(prefix)).reduce((total, [, count]) => total + count[of], 0)

type Column = { readonly name: string; readonly figures: Figures }
type Row = readonly [label: string, of: (figures: Figures) => number, digits?: number]

const perDetection =
  (of: (figures: Figures) => number) =>
  (figures: Figures): number =>
    of(figures) / figures.alerts
const ofAll =
  (of: (figures: Figures) => number) =>
  (figures: Figures): number =>
    of(figures) / figures.allAlerts
const perMillion = (of: (figures: Figures) => number) => (figures: Figures) => perDetection(of)(figures) * MILLION

const units = (of: 'readUnits' | 'writeUnits') => (figures: Figures) =>
  perMillion(({ counts }) => sum(counts, of))(figures) + ofAll(({ later }) => sum(later, of))(figures) * MILLION

const ROWS: readonly Row[] = [
  ['detections', ({ alerts }) => alerts],
  ['detections a message', ({ alerts, messages }) => alerts / messages, 1],
  ['operations a detection', perDetection(({ counts }) => sum(counts, 'operations')), 3],
  ['  get', perDetection(({ counts }) => sum(counts, 'operations', 'get ')), 3],
  ['  put', perDetection(({ counts }) => sum(counts, 'operations', 'put ')), 3],
  ['  query', perDetection(({ counts }) => sum(counts, 'operations', 'query ')), 3],
  ['  waited for: sweep, decisions', ofAll(({ later }) => sum(later, 'operations')), 3],
  ['waves a message, median', ({ waves }) => median(waves)],
  ['waves a message, most', ({ waves }) => Math.max(...waves)],
  ['CPU ms a message', ({ cpuMs, messages }) => cpuMs / messages, 1],
  ['write units per million', units('writeUnits')],
  ['read units per million', units('readUnits')],
  ['MB written per million', perMillion(({ counts }) => sum(counts, 'bytes', 'put ') / 1e6)],
  ['incidents sent per million', perMillion(({ sent }) => sent.incidents)],
  ['actions sent per million', perMillion(({ sent }) => sent.actions)],
  ['notices sent per million', (figures) => ofAll(({ sent }) => sent.messages)(figures) * MILLION],
  ['messages of decisions per million', (figures) => ofAll(({ sent }) => sent.decisions)(figures) * MILLION],
]

function printFigures(columns: readonly Column[]): void {
  printTable([
    ['', ...columns.map(({ name }) => name)],
    ...ROWS.map(([label, of, digits]) => [label, ...columns.map(({ figures }) => decimal(of(figures), digits))]),
  ])
  console.log()
}

/** What is asked for most, and what most is written for. */
function printKinds({ name, figures: { counts, later, alerts, allAlerts } }: Column): void {
  const rowsOf = (some: Counts, over: number, when = '') =>
    [...some]
      .toSorted(([, a], [, b]) => b.operations - a.operations)
      .filter(([, { operations }]) => operations / over >= 0.0005)
      .map(([key, { operations, bytes, readUnits, writeUnits }]) => [
        `${when}${key}`,
        decimal(operations / over, 4),
        decimal(bytes / operations),
        decimal((readUnits / over) * MILLION),
        decimal((writeUnits / over) * MILLION),
      ])
  const rows = [...rowsOf(counts, alerts), ...rowsOf(later, allAlerts, 'later: ')]
  console.log(`${name}, by what is asked`)
  printTable([['', 'a detection', 'bytes each', 'RRU per million', 'WRU per million'], ...rows])
  console.log()
}

const warmUp = Math.floor(DETECTIONS / 2)
const mixed = (mix: Mix, count = DETECTIONS + warmUp) => clusterAlerts(mix, 1).take(count)

console.log(
  `the realistic mix: 95 % noise, 5 % correlated, bursts; ${decimal(DETECTIONS)} detections after ${decimal(warmUp)}, 1,000 a second\n`,
)
const realistic: Column[] = []
for (const { name, own } of SETTINGS) realistic.push({ name, figures: await run(rulesWith(own), mixed(REALISTIC), warmUp) })
printFigures(realistic)
for (const column of realistic) printKinds(column)

const all = rulesWith()
const { bursts: _, ...even } = REALISTIC
console.log('by part, everything at respond')
const storm = () => stormOn(podsOfWorkload('large-web', 1000, random(2)), START_MS, random(3))
const chain = () => podsOfWorkload('small-web', 1, random(2)).flatMap((pod) => [...chainOn(pod, START_MS, random(3))])
const parts = [
  { name: 'noise', figures: await run(all, mixed({ ...even, correlated: 0 }), warmUp) },
  { name: 'correlated', figures: await run(all, mixed({ ...even, correlated: 1 }, DETECTIONS / 2), DETECTIONS / 4) },
  { name: 'storm', figures: await run(all, storm()) },
  { name: 'chain', figures: await run(all, chain()) },
]
printFigures(parts)
for (const part of parts.slice(1, 3)) printKinds(part)

const clientMs = await clientCpuMs(4000)
console.log(`inputs of the cost model (docs/cost.md), a million detections; a client's CPU is ${decimal(clientMs, 2)} ms an operation`)
const rates: Column[] = []
for (const rate of [10, 1000, 10_000]) {
  for (const at of [0, 2]) {
    const { name = '', own = '' } = SETTINGS[at] ?? {}
    rates.push({ name: `${decimal(rate)}/s, ${name}`, figures: await run(rulesWith(own), mixed({ ...REALISTIC, rate }), warmUp) })
  }
}
const inputs = rates.map(({ figures }): CostInputs => {
  const { alerts, messages, cpuMs, counts, later, allAlerts, waves, sent } = figures
  const operations = sum(counts, 'operations') / alerts + sum(later, 'operations') / allAlerts
  return {
    messages: (messages / alerts) * MILLION,
    writeUnits: units('writeUnits')(figures),
    readUnits: units('readUnits')(figures),
    cpuSeconds: (cpuMs / alerts + operations * clientMs) * 1000,
    waves: (waves.reduce((total, one) => total + one, 0) / alerts) * MILLION,
    incidentsSent: (sent.incidents / alerts) * MILLION,
    noticesSent: (sent.messages / allAlerts) * MILLION,
  }
})
const costs = inputs.map(costsOf)
const rowOf = <T>(label: string, from: readonly T[], of: (one: T) => number, digits?: number) => [
  label,
  ...from.map((one) => decimal(of(one), digits)),
]
printTable([
  ['', ...rates.map(({ name }) => name)],
  rowOf('messages', inputs, ({ messages }) => messages),
  rowOf('writeUnits', inputs, ({ writeUnits }) => writeUnits),
  rowOf('readUnits', inputs, ({ readUnits }) => readUnits),
  rowOf('cpuSeconds', inputs, ({ cpuSeconds }) => cpuSeconds),
  rowOf('waves', inputs, ({ waves }) => waves),
  rowOf('incidentsSent', inputs, ({ incidentsSent }) => incidentsSent),
  rowOf('noticesSent', inputs, ({ noticesSent }) => noticesSent),
  rowOf('GB-s', costs, ({ gbSeconds }) => gbSeconds),
  rowOf('$ of the table', costs, ({ table }) => table, 3),
  rowOf('$ of the function', costs, ({ functions }) => functions, 3),
  rowOf('$ of the queues', costs, ({ queues }) => queues, 3),
  rowOf('$ a million detections', costs, ({ all: dollars }) => dollars, 2),
])

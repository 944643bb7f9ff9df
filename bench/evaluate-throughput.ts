import { scratchDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import { unpackBatch } from '../lib/batch/batch.ts'
import { correlate } from '../lib/correlation/evaluate.ts'
import { keysOf } from '../lib/correlation/set.ts'
import type { RuleSet } from '../lib/rule-set.ts'
import { evaluate } from '../lib/stage/evaluate.ts'
import { readBatch } from '../lib/stage/read-batch.ts'
import { clusterAlerts, REALISTIC, type TimedAlert } from './support/cluster-alerts.ts'
import { forwarderMessages, type PackedMessage } from './support/forwarder-messages.ts'
import { plainLoop } from './support/plain-loop.ts'
import { rulesWith, SETTINGS } from './support/rule-settings.ts'
import { decimal, median, printTable } from './support/table.ts'

// Detections a second on one core, with SQLite in memory: reading messages; that and correlations; and all of `evaluate`, to incidents. Beside it a plain
// loop over the same alerts that parses and counts. In turn, some rounds; each begins with nothing in the table.
const DETECTIONS = Number(process.argv[2] ?? 20_000)
const ROUNDS = Number(process.argv[3] ?? 5)
const ONLY = process.argv[4] // one contender, for a profiler
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const queues = { incidents: { send: async () => undefined }, actions: { send: async () => undefined } }

const alerts: readonly TimedAlert[] = clusterAlerts(REALISTIC, 1).take(DETECTIONS).toArray()
const messages = [...forwarderMessages(alerts, 1000)]

type Ports = Parameters<typeof evaluate>[1]

/** Each message in turn, the clock at when it left. */
async function all(rules: RuleSet, work: (packed: PackedMessage, ports: Ports) => Promise<unknown>): Promise<void> {
  let nowMs = 0
  const clock = () => nowMs
  const ports = { ...queues, store: sqliteStore(scratchDatabase(), { clock }), rules, clock, log: quiet }
  for (const packed of messages) {
    nowMs = Math.max(nowMs, packed.atMs)
    await work(packed, ports)
  }
}

const respond = rulesWith()
const observe = rulesWith(SETTINGS[2]?.own)
const evaluated = ({ message }: PackedMessage, ports: Ports) => evaluate(message, ports)
async function correlated({ message }: PackedMessage, ports: Ports): Promise<void> {
  const { correlations } = ports.rules
  const { detections } = await readBatch(message, ports)
  await correlate(
    detections.map((detection) => ({ detection, keys: keysOf(detection, correlations) })),
    correlations,
    ports,
  )
}

const CONTENDERS: readonly { readonly name: string; readonly run: () => Promise<void> }[] = [
  { name: 'plain loop', run: async () => void plainLoop(alerts.map(({ text }) => text)) },
  { name: 'messages unpacked', run: () => all(respond, async ({ message }) => unpackBatch(message)) },
  { name: '… and read', run: () => all(respond, ({ message }, ports) => readBatch(message, ports)) },
  { name: '… and correlated', run: () => all(respond, correlated) },
  { name: 'evaluated, noisy rules at observe', run: () => all(observe, evaluated) },
  { name: 'evaluated, everything at respond', run: () => all(respond, evaluated) },
]

const contenders = CONTENDERS.filter(({ name }) => ONLY === undefined || name.includes(ONLY))
const seconds = contenders.map((): number[] => [])
for (let round = -1; round < ROUNDS; round++) {
  for (const [at, { run }] of contenders.entries()) {
    const start = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(start)
    if (round >= 0) seconds[at]?.push((user + system) / 1e6) // the round before warms up
  }
}
const bytes = alerts.reduce((sum, { text }) => sum + text.length, 0) / alerts.length
console.log(
  `${decimal(DETECTIONS)} detections of ${decimal(bytes)} bytes in ${decimal(messages.length)} messages, CPU time, median of ${ROUNDS} rounds`,
)
const plain = median(seconds[0] ?? [])
printTable([
  ['', 'detections/s', 'least', 'most', 'µs each', 'of the plain loop'],
  ...contenders.map(({ name }, at) => {
    const times = seconds[at] ?? []
    const rate = (time: number) => decimal(DETECTIONS / time)
    const each = (median(times) / DETECTIONS) * 1e6
    const share = ONLY === undefined ? `${decimal(median(times) / plain, 1)} ×` : ''
    return [name, rate(median(times)), rate(Math.max(...times)), rate(Math.min(...times)), decimal(each, 1), share]
  }),
])

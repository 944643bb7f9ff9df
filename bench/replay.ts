import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { clusterAlerts, REALISTIC } from './support/cluster-alerts.ts'
import { peakRssBytes } from './support/process-peak.ts'
import { decimal, printTable } from './support/table.ts'

// A day of a cluster through `creance replay --no-detections -`, the shipped rules: how long it takes, and how much memory, which is not to grow with
// the input. `npm run bench -- replay 200000 400000` does several sizes of a day. The alerts are made while they are read.
const SIZES = process.argv.slice(2).map(Number)
const DAY_SECONDS = 86_400
const MOST_INCIDENT_TYPES = 8
const TOLD_EVERY_MS = 1000
const creance = join(import.meta.dirname, '../cli/creance.ts')

type Figures = {
  readonly alerts: number
  readonly seconds: number
  readonly readSeconds: number
  readonly peakMb: number
  readonly incidents: number
  readonly titles: ReadonlyMap<string, number>
}

async function replay(count: number): Promise<Figures> {
  const start = performance.now()
  const child = spawn(process.execPath, [creance, 'replay', '--no-detections', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let peak = 0
  const watching = setInterval(() => {
    peak = Math.max(peak, peakRssBytes(child.pid) ?? 0)
  }, 100)
  const titles = new Map<string, number>()
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const { type, correlation, rule } = JSON.parse(line)
      if (type === 'incident') titles.set(correlation ?? rule, (titles.get(correlation ?? rule) ?? 0) + 1)
    }
  })()
  let toldMs = start
  let made = 0
  for (const { text } of clusterAlerts({ ...REALISTIC, rate: count / DAY_SECONDS }, 1)) {
    if (made === count) break
    made += 1
    if (!child.stdin.write(`${text}\n`)) await once(child.stdin, 'drain')
    if (process.stderr.isTTY && performance.now() - toldMs >= TOLD_EVERY_MS) {
      toldMs = performance.now()
      process.stderr.write(`\r${decimal(made)} of ${decimal(count)} alerts, ${decimal(peak / 1e6)} MB at most`)
    }
  }
  const readSeconds = (performance.now() - start) / 1000
  child.stdin.end()
  await reading
  const [code] = await ended
  clearInterval(watching)
  if (process.stderr.isTTY) process.stderr.write('\n')
  if (code !== 0) throw new Error(`creance replay ended with ${code}`)
  const incidents = [...titles.values()].reduce((sum, one) => sum + one, 0)
  return { alerts: count, seconds: (performance.now() - start) / 1000, readSeconds, peakMb: peak / 1e6, incidents, titles }
}

const all: Figures[] = []
for (const count of SIZES.length > 0 ? SIZES : [1_000_000]) all.push(await replay(count))
printTable([
  ['alerts', 'seconds', 'of them reading', 'alerts/s', 'peak RSS, MB', 'incidents'],
  ...all.map(({ alerts, seconds, readSeconds, peakMb, incidents }) => [
    decimal(alerts),
    decimal(seconds, 1),
    decimal(readSeconds, 1),
    decimal(alerts / seconds),
    decimal(peakMb),
    decimal(incidents),
  ]),
])
const last = all.at(-1)
console.log('\nincidents of the last, by what they are called')
printTable(
  [...(last?.titles ?? [])]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_INCIDENT_TYPES)
    .map(([title, count]) => [title, decimal(count)]),
)

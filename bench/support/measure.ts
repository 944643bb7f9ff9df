import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Load } from './load.ts'
import { type Command, startWatched } from './watched-process.ts'

const IDLE_MS = 5_000
const QUIET_MS = 2_000 // as long as nothing has come to the queue, all has
const MOST_WAIT_MS = 60_000
const MILLION = 1_000_000
const QUEUE = join(import.meta.dirname, '../../test/support/counting-sqs.ts')
const LOAD = join(import.meta.dirname, 'load.ts')

type QueueAddress = { readonly url: string; readonly endpoint: string }
type QueueStats = { readonly requests: number; readonly messages: number; readonly billedUnits: number; readonly bytes: number }

/** What is measured: a server with `POST /` and `GET /ping` on loopback that sends to the queue, and ends on SIGTERM. */
export type Contender = { readonly name: string; readonly command: (port: number, queue: QueueAddress) => Command }

/** One round's figures. An alert counts when it was answered 2xx. */
export type Figures = {
  readonly name: string
  readonly startedMs: number
  readonly idleMb: number
  readonly idleCpuMs: number
  readonly rate: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsAnAlert: number
  readonly peakMb: number
  readonly requestsAMillion: number
  readonly billedUnitsAMillion: number
  readonly queueBytesAnAlert: number
  readonly requests: number
  readonly billedUnits: number
  /** What makes the round worth less. */
  readonly remarks: readonly string[]
}

export type Round = {
  readonly folder: string
  readonly port: number
  readonly alerts: number
  readonly seed: number
  readonly connections: number
}

/** Starts the contender and a queue of its own, lets it idle, loads it, waits for the queue, and stops it. */
export async function measure({ name, command }: Contender, { folder, port, alerts, seed, connections }: Round): Promise<Figures> {
  const queue = await startQueue()
  const url = `http://127.0.0.1:${port}/ping`
  try {
    const watched = await startWatched(command(port, queue), url, join(folder, `${name}.log`))
    try {
      const beforeIdleMs = watched.cpuMs()
      await sleep(IDLE_MS)
      const idle = { idleMb: watched.rssBytes() / MILLION, idleCpuMs: watched.cpuMs() - beforeIdleMs }
      const beforeMs = watched.cpuMs()
      const load = await loadFromOutside({ port, count: alerts, seed, connections })
      const stats = await untilQuiet(queue.stats)
      const cpuMs = watched.cpuMs() - beforeMs
      const peakMb = watched.peakRssBytes() / MILLION
      const ending = await watched.stop()
      const accepted = acceptedOf(load)
      const late = (await queue.stats()).requests - stats.requests
      return {
        name,
        startedMs: watched.startedMs,
        ...idle,
        rate: accepted / load.seconds,
        p50Ms: load.p50Ms,
        p99Ms: load.p99Ms,
        cpuMsAnAlert: cpuMs / accepted,
        peakMb,
        requestsAMillion: (stats.requests / accepted) * MILLION,
        billedUnitsAMillion: (stats.billedUnits / accepted) * MILLION,
        queueBytesAnAlert: stats.bytes / accepted,
        requests: stats.requests,
        billedUnits: stats.billedUnits,
        remarks: [
          ...(accepted < alerts ? [`${alerts - accepted} of ${alerts} alerts not answered 2xx: ${JSON.stringify(load.statuses)}`] : []),
          ...(load.cutOff ? ['the load was cut off by its time limit'] : []),
          ...(late > 0 ? [`${late} requests came to the queue after SIGTERM and are not in the figures`] : []),
          ...(ending !== 0 ? [`ended with ${ending} on SIGTERM`] : []),
        ],
      }
    } finally {
      await watched.stop()
    }
  } finally {
    queue.stop()
  }
}

async function startQueue(): Promise<QueueAddress & { readonly stats: () => Promise<QueueStats>; readonly stop: () => void }> {
  const child = spawn(process.execPath, [QUEUE], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { url, endpoint } = JSON.parse(line) as QueueAddress
  const stats = async () => (await (await fetch(`${endpoint}/stats`)).json()) as QueueStats
  return { url, endpoint, stats, stop: () => child.kill('SIGKILL') }
}

async function loadFromOutside(options: Readonly<Record<string, number>>): Promise<Load> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, ...args])
  return JSON.parse(stdout)
}

async function untilQuiet(read: () => Promise<QueueStats>): Promise<QueueStats> {
  const until = performance.now() + MOST_WAIT_MS
  let stats = await read()
  for (let changedAt = performance.now(); performance.now() < Math.min(until, changedAt + QUIET_MS); ) {
    await sleep(100)
    const now = await read()
    if (now.requests !== stats.requests) changedAt = performance.now()
    stats = now
  }
  return stats
}

function acceptedOf({ statuses }: Load): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status.startsWith('2') ? sum + count : sum), 0)
}

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { BILLED_BYTES, messageBytes } from '../lib/batch/batch.ts'
import { certificateExpiry } from './http/tls.ts'
import type { FalcoDrops } from './intake/falco-drops.ts'
import type { RefusalReason } from './intake/judge.ts'
import type { SenderObserver } from './send/sender.ts'
import type { SpoolState } from './spool/spool.ts'

/** Names that come from outside become labels only so far: what comes after as many different ones is "other". */
const RULES_MAX = 300
const PRIORITIES_MAX = 30
const INTERNAL_MAX = 30
const LABEL_CHARACTERS = 100
const OTHER = 'other'
const FRESH_MS = 1000
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 60]

export type Metrics = {
  readonly received: (agent: string) => void
  readonly detection: (rule: string, priority: string) => void
  readonly telemetry: (agent: string) => void
  readonly internal: (rule: string) => void
  readonly falcoDrops: (drops: FalcoDrops) => void
  readonly refused: (reason: RefusalReason) => void
  readonly answered: (seconds: number) => void
  readonly tlsReloaded: (ok: boolean) => void
  /** The certificate that is served now, PEM; undefined: the same as before. */
  readonly certificate: (pem: string | undefined) => void
  readonly sender: Omit<SenderObserver, 'failed'>
  /** Prometheus text format 0.0.4, at most a second old. */
  readonly text: () => Promise<string>
}

/** Everything that /metrics tells. `spool` is asked when it is scraped. */
export function createMetrics(spool: () => SpoolState | undefined, clock: () => number): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `creance_${name}`, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    new Histogram({ name: `creance_${name}`, help, buckets: [...buckets], registers })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })

  const received = counter('alerts_received_total', 'Alerts kept, by agent.', ['agent'])
  const detections = counter('detections_total', 'Alerts kept, by rule and priority (the first 300 rules seen, then "other").', [
    'rule',
    'priority',
  ])
  const telemetry = counter(
    'telemetry_dropped_total',
    'Events that are no detection of any rule or policy, counted and dropped, by agent.',
    ['agent'],
  )
  const internal = counter('agent_internal_total', "Agents' words about themselves, by rule.", ['rule'])
  const drops = counter('falco_drops_total', 'What Falco says it lost: system calls, or alerts in its output queue.', ['kind'])
  const refused = counter('alerts_refused_total', 'Alerts or requests not taken, by reason.', ['reason'])
  const reloads = counter('tls_reloads_total', 'Certificates taken anew after their files changed, or not usable.', ['outcome'])
  const expires = new Gauge({
    name: 'creance_tls_certificate_expires_seconds',
    help: 'Unix time when the served certificate runs out.',
    registers,
  })
  const sent = counter('alerts_sent_total', 'Alerts that the queue has.')
  const messages = counter('messages_packed_total', 'Queue messages packed.')
  const requests = counter('queue_requests_total', 'SendMessageBatch requests, by outcome (ok, partial, failed).', ['outcome'])
  const billed = counter('billed_requests_total', 'Requests as SQS bills them: one for each 64 KiB begun.')
  const retries = counter('messages_retried_total', 'Messages that were not taken and are sent again.')
  const answer = histogram('answer_seconds', 'From the end of a request to its answer.', SECONDS)
  const request = histogram('queue_request_seconds', 'Duration of a request to the queue.', SECONDS)
  const delivery = histogram('delivery_seconds', "From the first alert of a file to the queue's having all of it.", [...SECONDS, 600, 3600])
  const fill = histogram('message_fill_ratio', 'How much of 64 KiB a message has.', [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1])
  const batch = histogram('message_alerts', 'Alerts a message.', [1, 3, 10, 30, 100, 300, 1000])

  gauge('creance_spool_bytes', 'Bytes on disk.', () => spool()?.bytes ?? 0)
  gauge('creance_spool_max_bytes', 'Bytes that may be on disk.', () => spool()?.maxBytes ?? 0)
  gauge('creance_spool_files', 'Files on disk that wait to be sent.', () => spool()?.segments ?? 0)
  gauge('creance_spool_undeliverable_files', 'Files that the queue will never take.', () => spool()?.undeliverable ?? 0)
  gauge('creance_spool_oldest_age_seconds', 'Age of the oldest alert that waits on disk.', () => {
    const oldestMs = spool()?.oldestMs
    return oldestMs === undefined ? 0 : Math.max(0, clock() - oldestMs) / 1000
  })
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('process_cpu_seconds_total', 'User and system CPU time.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('process_start_time_seconds', 'Unix time of the start.', () => Math.round(clock() / 1000 - process.uptime()))

  let text: Promise<string> | undefined
  let madeMs = 0
  const receivedOf = remembered((agent: string) => received.labels(agent))
  const detectionsOf = remembered((ofRule: string, ofPriority: string) => detections.labels(ofRule, ofPriority))
  const rule = bounded(RULES_MAX)
  const priority = bounded(PRIORITIES_MAX)
  const internalRule = bounded(INTERNAL_MAX)

  return {
    received: (agent) => receivedOf(agent).inc(),
    detection: (ofRule, ofPriority) => detectionsOf(rule(ofRule), priority(ofPriority)).inc(),
    telemetry: (agent) => telemetry.labels(agent).inc(),
    internal: (ofRule) => internal.labels(internalRule(ofRule)).inc(),
    falcoDrops: ({ syscalls, outputs }) => {
      drops.labels('syscall').inc(syscalls)
      drops.labels('output').inc(outputs)
    },
    refused: (reason) => refused.labels(reason).inc(),
    answered: (seconds) => answer.observe(seconds),
    tlsReloaded: (ok) => reloads.labels(ok ? 'ok' : 'failed').inc(),
    certificate: (pem) => {
      if (pem !== undefined) expires.set(certificateExpiry(pem) / 1000)
    },
    sender: {
      packed: (alerts, _bytes, packed) => {
        messages.inc(packed.length)
        batch.observe(alerts / packed.length)
        for (const message of packed) fill.observe(messageBytes(message) / BILLED_BYTES)
      },
      requested: ({ bytes, milliseconds, failed, messages: count }) => {
        requests.labels(failed === 0 ? 'ok' : failed < count ? 'partial' : 'failed').inc()
        billed.inc(Math.ceil(bytes / BILLED_BYTES))
        retries.inc(failed)
        request.observe(milliseconds / 1000)
      },
      delivered: (alerts, firstMs) => {
        sent.inc(alerts)
        delivery.observe(Math.max(0, clock() - firstMs) / 1000)
      },
    },
    text: () => {
      if (!text || performance.now() - madeMs > FRESH_MS) {
        text = registry.metrics()
        madeMs = performance.now()
      }
      return text
    },
  }
}

/** A name as it is, as long as there are no more than `max` different ones. */
function bounded(max: number): (name: string) => string {
  const seen = new Set<string>()
  return (whole) => {
    const name = whole.slice(0, LABEL_CHARACTERS)
    if (seen.has(name)) return name
    if (seen.size >= max) return OTHER
    seen.add(name)
    return name
  }
}

/** A counter's child is looked up once: the client's own look-up builds an object and a text each time. */
function remembered<T>(find: (...labels: string[]) => T): (...labels: string[]) => T {
  const known = new Map<string, T>()
  return (...labels) => {
    const key = labels.join('\n')
    const child = known.get(key) ?? find(...labels)
    known.set(key, child)
    return child
  }
}

import { Counter, Gauge, Registry } from 'prom-client'
import type { Metrics } from '../lib/port/metrics.ts'

export type LocalMetrics = {
  readonly metrics: Metrics
  /** A figure that is read whenever somebody asks. */
  readonly gauge: (name: string, help: string, read: () => number) => void
  readonly text: () => Promise<string>
}

/** Counts what the stages do, for Prometheus. A counter's labels are those that it is first counted with. */
export function prometheusMetrics(): LocalMetrics {
  const registry = new Registry()
  const counters = new Map<string, Counter>()
  const made = (name: string, labels: readonly string[]): Counter => {
    const counter = new Counter({ name, help: 'Counted by the stages.', labelNames: [...labels], registers: [registry] })
    counters.set(name, counter)
    return counter
  }
  return {
    metrics: { count: (name, labels) => (counters.get(name) ?? made(name, Object.keys(labels))).inc(labels) },
    gauge: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    text: () => registry.metrics(),
  }
}

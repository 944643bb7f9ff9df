import { Counter, Registry } from 'prom-client'
import type { Metrics } from '../lib/port/metrics.ts'

/** Counts what the stages do, for Prometheus. A counter's labels are those that it is first counted with. */
export function prometheusMetrics(): { readonly metrics: Metrics; readonly text: () => Promise<string> } {
  const registry = new Registry()
  const counters = new Map<string, Counter>()
  const made = (name: string, labels: readonly string[]): Counter => {
    const counter = new Counter({ name, help: 'Counted by the stages.', labelNames: [...labels], registers: [registry] })
    counters.set(name, counter)
    return counter
  }
  return {
    metrics: { count: (name, labels) => (counters.get(name) ?? made(name, Object.keys(labels))).inc(labels) },
    text: () => registry.metrics(),
  }
}

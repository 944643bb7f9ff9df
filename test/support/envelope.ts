import type { Envelope } from '../../lib/batch/envelope.ts'
import { agentOf } from '../../lib/detection/read.ts'

/** An alert's text as a forwarder of cluster `demo` sends it on, one that keeps telemetry too. */
export function envelopeOf(alert: string, nowMs: number): Envelope {
  const agent = agentOf(JSON.parse(alert))
  if (!agent) throw new Error(`no alert of a known agent: ${alert.slice(0, 100)}`)
  return { agent, cluster: 'demo', receivedMs: nowMs, alert }
}

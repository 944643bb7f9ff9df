import type { Envelope } from '../../lib/batch/envelope.ts'
import type { Agent, Reading, Severity } from '../../lib/detection/detection.ts'
import { parseJson } from '../../lib/detection/json.ts'
import { agentOf, readParsed } from '../../lib/detection/read.ts'

/** Where this forwarder stands, as it is stamped on each alert. */
export type Stamp = { readonly cluster: string; readonly node?: string | undefined }

/** Why a request, or one alert of it, is not taken. */
export type Refusal = { readonly reason: RefusalReason; readonly error: string }
export const REFUSAL_REASONS = [
  'not_json',
  'unknown_shape',
  'malformed',
  'too_large',
  'bad_encoding',
  'unauthenticated',
  'from_a_browser',
  'spool_full',
  'storage_failed',
  'busy',
] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** What the forwarder makes of one alert: it is kept (`internal`: an agent's word about itself; `audit`: events of the Kubernetes audit log, for
 *  the audit function), counted and dropped, or refused. */
export type Verdict =
  | { readonly kind: 'alert'; readonly envelope: Envelope; readonly rule: string; readonly priority: string; readonly severity: Severity }
  | { readonly kind: 'internal'; readonly envelope: Envelope; readonly rule: string; readonly alert: unknown }
  | { readonly kind: 'telemetry'; readonly agent: Agent }
  | { readonly kind: 'audit'; readonly payload: string }
  | ({ readonly kind: 'refused' } & Refusal)

/** Judges one alert's JSON text with the reader that evaluates it later; the envelope has it verbatim. Never throws. */
export function judge(text: string, { cluster, node }: Stamp, nowMs: number): Verdict {
  let alert: unknown
  try {
    alert = JSON.parse(text) // not parseJson: numbers are exact in the text, which goes on verbatim, and nobody asks for the detection here
  } catch {
    return { kind: 'refused', reason: 'not_json', error: 'this is not JSON' }
  }
  if (looksLikeAudit(alert)) return { kind: 'audit', payload: text }
  const agent = agentOf(alert)
  if (!agent) {
    const error =
      'this is no alert of a known agent (Falco, Tetragon, Tracee, KubeArmor): a Falco alert has at least rule, priority and time'
    return { kind: 'refused', reason: 'unknown_shape', error }
  }
  const envelope = { agent, cluster, ...(node ? { node } : {}), receivedMs: nowMs, alert: text }
  const reading = readExactly(agent, alert, envelope)
  switch (reading.kind) {
    case 'detection': {
      const { rule, priority, severity } = reading
      return { kind: 'alert', envelope, rule, priority, severity }
    }
    case 'internal':
      return { kind: 'internal', envelope, rule: reading.rule, alert }
    case 'telemetry':
      return { kind: 'telemetry', agent }
    case 'refused':
      return { kind: 'refused', reason: 'malformed', error: reading.reason }
  }
}

/** A number over 2^53 is text to the reader that evaluates the alert later: before one is refused, it is read as that reader reads it. */
function readExactly(agent: Agent, alert: unknown, envelope: Envelope): Reading {
  const reading = readParsed(agent, alert, envelope)
  return reading.kind === 'refused' ? readParsed(agent, parseJson(envelope.alert), envelope) : reading
}

/** The body of an API server's audit webhook, or one event of it. */
function looksLikeAudit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('apiVersion' in value)) return false
  return (value.kind === 'EventList' || value.kind === 'Event') && String(value.apiVersion).startsWith('audit.k8s.io/')
}

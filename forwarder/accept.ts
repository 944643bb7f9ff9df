import type { Envelope } from '../lib/batch/envelope.ts'
import { parseJson } from '../lib/detection/json.ts'
import { agentOf, readParsed } from '../lib/detection/read.ts'
import { CodedError } from '../lib/error.ts'

/** Where this forwarder stands, as it is stamped on each alert. */
export type Stamp = { readonly cluster: string; readonly node?: string | undefined }

/** One request body (one alert's JSON) → its envelope, the alert verbatim. Throws `invalid_input` that says what is wrong with it. */
export function acceptAlert(body: string, { cluster, node }: Stamp, nowMs: number): Envelope {
  let alert: unknown
  try {
    alert = parseJson(body)
  } catch (cause) {
    throw new CodedError('invalid_input', 'the body is not JSON', { cause })
  }
  const agent = agentOf(alert)
  if (!agent)
    throw new CodedError(
      'invalid_input',
      'the body is no alert of a known agent (Falco, Tetragon, Tracee, KubeArmor): a Falco alert has at least rule, priority and time',
    )
  const envelope = { agent, cluster, ...(node ? { node } : {}), receivedMs: nowMs, alert: body }
  const reading = readParsed(agent, alert, envelope)
  if (reading.kind === 'refused') throw new CodedError('invalid_input', reading.reason)
  return envelope
}

import { fillEstimate } from '../../forwarder/send/fill.ts'
import { BILLED_BYTES, envelopeLine, packLines } from '../../lib/batch/batch.ts'
import type { MessageContent } from '../../lib/port/queue.ts'
import type { TimedAlert } from './cluster-alerts.ts'

/** A message of the queue, when it left (Unix ms), and how many alerts it holds. */
export type PackedMessage = { readonly message: MessageContent; readonly atMs: number; readonly alerts: number }

const MAX_BYTES = 256 * 1024 // CREANCE_MESSAGE_BYTES, unless it is set
export const CLUSTER = 'prod'

/** The messages that a forwarder with these settings makes of the alerts: filled towards 64 KiB, and sent after `lingerMs` however full. What is
 *  Critical leaves alone and at once. */
export function* forwarderMessages(alerts: Iterable<TimedAlert>, lingerMs: number): Generator<PackedMessage> {
  const size = { fillBytes: BILLED_BYTES, maxBytes: MAX_BYTES }
  const fill = fillEstimate(size.fillBytes)
  let lines: Uint8Array[] = []
  let bytes = 0
  let openedMs = 0
  const pack = function* (together: readonly Uint8Array[], atMs: number): Generator<PackedMessage> {
    const messages = packLines(together, size)
    if (together.length > 1)
      fill.learn(
        together.reduce((sum, { length }) => sum + length, 0),
        messages,
      )
    const alertsEach = together.length / messages.length
    for (const { body, attributes = {} } of messages) yield { message: { body, attributes }, atMs, alerts: alertsEach }
  }
  const flush = function* (atMs: number): Generator<PackedMessage> {
    if (lines.length > 0) yield* pack(lines, atMs)
    lines = []
    bytes = 0
  }
  let lastMs = 0
  for (const { atMs, text } of alerts) {
    const line = Buffer.from(envelopeLine({ agent: 'falco', cluster: CLUSTER, receivedMs: atMs + 5, alert: text }))
    lastMs = Math.max(lastMs, atMs)
    if (text.includes('"priority":"Critical"')) {
      yield* pack([line], atMs)
      continue
    }
    if (lines.length > 0 && (atMs - openedMs >= lingerMs || bytes + line.length > fill.segmentBytes())) yield* flush(lastMs)
    if (lines.length === 0) openedMs = atMs
    lines.push(line)
    bytes += line.length
  }
  yield* flush(lastMs)
}

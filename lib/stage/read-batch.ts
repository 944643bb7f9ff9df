import { unpackBatch } from '../batch/batch.ts'
import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { readAlert } from '../detection/read.ts'
import { journal } from '../incident/journal.ts'
import type { Clock, Log } from '../port/log.ts'
import type { MessageContent } from '../port/queue.ts'
import type { Store } from '../port/store.ts'

/** What a batch's alerts say. `ofAgents`: what agents say about themselves, that correlations may look at and nothing else. */
export type ReadBatch = { readonly id: string; readonly detections: readonly Detection[]; readonly ofAgents: readonly Detection[] }

/** Reads a batch's alerts, each detection once. One that cannot be read is kept in the journal, with the reason; the agents' words about themselves are
 *  counted, and so are clocks that are ahead. */
export async function readBatch(
  message: MessageContent,
  { store, clock, log }: { readonly store: Store; readonly clock: Clock; readonly log: Log },
): Promise<ReadBatch> {
  const batch = unpackBatch(message)
  const refused = batch.refused.map(({ line, reason }) => ({ text: line, reason }))
  const detections = new Map<string, Detection>()
  const ofAgents = new Map<string, Detection>()
  const telemetry: string[] = []
  for (const envelope of batch.envelopes) {
    const reading = readAlert(envelope)
    if (reading.kind === 'detection') detections.set(reading.detection.id, reading.detection)
    if (reading.kind === 'internal') {
      log.info('agent reported on itself', { agent: envelope.agent, rule: reading.rule, priority: reading.priority })
      if (reading.detection) ofAgents.set(reading.detection.id, reading.detection)
    }
    if (reading.kind === 'telemetry') telemetry.push(`${envelope.agent}: ${reading.what}`)
    if (reading.kind === 'refused') refused.push({ text: envelope.alert, reason: reading.reason })
  }
  if (telemetry.length > 0) log.info('events without a finding passed over', { count: telemetry.length, first: telemetry[0] })
  const ahead = [...detections.values()].filter(({ aheadMs }) => aheadMs !== undefined)
  const [first] = ahead
  if (first) log.warn('agent clock is ahead: the time of arrival stands', { count: ahead.length, node: first.node, aheadMs: first.aheadMs })
  for (const { text, reason } of refused) {
    log.warn('alert refused', { batch: batch.id, reason })
    const id = `refused-${contentId(text, reason).slice(0, 32)}`
    await journal(store, { id, at: clock(), kind: 'refused_input', what: text.slice(0, 4096), outcome: 'refused', why: reason })
  }
  return { id: batch.id, detections: [...detections.values()], ofAgents: [...ofAgents.values()] }
}

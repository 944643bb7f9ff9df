import { AUDIT_ALERT_FIELDS, auditAlert } from '../audit/alert.ts'
import type { AuditEvent } from '../audit/event.ts'
import { auditFields } from '../audit/fields.ts'
import type { Split } from '../audit/split.ts'
import { envelopeLine, type MessageSize, packLines } from '../batch/batch.ts'
import type { RefusedAuditEvent } from '../detection/audit.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { type CompiledRule, compileRules, firing, type RuleMatching } from '../rule/falco/engine.ts'
import type { FalcoRule } from '../rule/falco/rule.ts'

const SIZE: MessageSize = { fillBytes: 64 * 1024, maxBytes: 256 * 1024 }
const HEAD_CHARACTERS = 4096

export type AuditPorts = {
  readonly detections: QueueSender
  readonly rules: readonly CompiledRule<AuditEvent>[]
  readonly matching: RuleMatching
  readonly clusterName: string
  readonly clock: Clock
  readonly log: Log
}

/** The rules of the audit log, compiled. */
export function auditRules(rules: readonly FalcoRule[]): readonly CompiledRule<AuditEvent>[] {
  return compileRules(rules, 'k8s_audit', { fields: auditFields, extraFields: AUDIT_ALERT_FIELDS })
}

/** Evaluates audit events, of log lines or bodies of the API server's webhook, and sends what fires to the detections queue, beside what the
 *  agents see. An event that cannot be read is dropped alone: it is counted, and its head goes the same way, to be kept in the journal. All of
 *  it can be done again: ids are functions of content. */
export async function audit(splits: readonly Split[], { detections, rules, matching, clusterName, clock, log }: AuditPorts): Promise<void> {
  const envelope = (alert: string) => ({ agent: 'k8s_audit' as const, cluster: clusterName, receivedMs: clock(), alert })
  const lines: Buffer[] = []
  let events = 0
  let refused = 0
  for (const split of splits) {
    events += split.events.length
    refused += split.refused.length
    for (const event of split.events) {
      for (const rule of firing(rules, event, matching))
        lines.push(Buffer.from(envelopeLine(envelope(auditAlert(event, rule, clusterName)))))
    }
    for (const { text, reason } of split.refused) {
      const note: RefusedAuditEvent = { refused: reason, head: text.slice(0, HEAD_CHARACTERS) }
      lines.push(Buffer.from(envelopeLine(envelope(JSON.stringify(note)))))
    }
  }
  if (lines.length > 0) await detections.send(packLines(lines, SIZE))
  log.info('audit events evaluated', { events, fired: lines.length - refused, refused })
}

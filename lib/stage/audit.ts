import { AUDIT_ALERT_FIELDS, auditAlert } from '../audit/alert.ts'
import type { AuditEvent } from '../audit/event.ts'
import { auditFields } from '../audit/fields.ts'
import { auditHead } from '../audit/head.ts'
import { type Split, splitOne } from '../audit/split.ts'
import { BILLED_BYTES, envelopeLine, type MessageSize, packLines, unpackBatch } from '../batch/batch.ts'
import type { RefusedAuditEvent } from '../detection/audit.ts'
import { CodedError } from '../error.ts'
import type { Clock, Log } from '../port/log.ts'
import type { MessageContent, QueueSender } from '../port/queue.ts'
import { type CompiledRule, compileRules, firing, type RuleMatching } from '../rule/falco/engine.ts'
import type { FalcoRule } from '../rule/falco/rule.ts'

const SIZE: MessageSize = { fillBytes: BILLED_BYTES, maxBytes: 256 * 1024 }

/** Of another cluster than the ports', where it says so. */
export type ClusterSplit = Split & { readonly cluster?: string }

export type AuditPorts = {
  readonly detections: QueueSender
  readonly rules: readonly CompiledRule<AuditEvent>[]
  readonly matching: RuleMatching
  readonly clusterName: string
  readonly clock: Clock
  readonly log: Log
}

/** The rules of the audit log, compiled. `needed`: throws `invalid_config` where there are none. */
export function auditRules(
  rules: readonly FalcoRule[],
  { needed = false }: { readonly needed?: boolean } = {},
): readonly CompiledRule<AuditEvent>[] {
  const compiled = compileRules(rules, 'k8s_audit', { fields: auditFields, extraFields: AUDIT_ALERT_FIELDS })
  if (needed && compiled.length === 0) throw new CodedError('invalid_config', 'rules: no enabled rule of source k8s_audit is among them')
  return compiled
}

/** Evaluates audit events, of log lines or bodies of the API server's webhook, and sends what fires to the detections queue, beside what the
 *  agents see. An event that cannot be read is dropped alone: it is counted, and its head goes the same way, to be kept in the journal. All of
 *  it can be done again: ids are functions of content. */
export async function audit(
  splits: Iterable<ClusterSplit>,
  { detections, rules, matching, clusterName, clock, log }: AuditPorts,
): Promise<void> {
  const lines: Buffer[] = []
  let events = 0
  let refused = 0
  for (const split of splits) {
    const cluster = split.cluster ?? clusterName
    const add = (alert: string) => lines.push(Buffer.from(envelopeLine({ agent: 'k8s_audit', cluster, receivedMs: clock(), alert })))
    events += split.events.length
    refused += split.refused.length
    for (const event of split.events) for (const rule of firing(rules, event, matching)) add(auditAlert(event, rule, cluster))
    for (const { text, reason } of split.refused) {
      const note: RefusedAuditEvent = { refused: reason, head: auditHead(text) }
      add(JSON.stringify(note))
    }
  }
  if (lines.length > 0) await detections.send(packLines(lines, SIZE))
  log.info('audit events evaluated', { events, fired: lines.length - refused, refused })
}

/** The events of a message that the forwarder sent, each of the cluster that its forwarder stands in. Throws `invalid_input`. */
export function splitBatch(message: MessageContent): readonly ClusterSplit[] {
  const { envelopes, refused } = unpackBatch(message)
  const unread = refused.map(({ line, reason }) => ({ events: [], refused: [{ text: line, reason }] }))
  return [...envelopes.map(({ alert, cluster }) => ({ ...splitOne(alert), cluster })), ...unread]
}

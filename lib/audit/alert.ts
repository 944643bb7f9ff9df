import { formatAlert } from '../condition/output/alert.ts'
import { POD_OF_TOKEN } from '../detection/identity.ts'
import type { CompiledRule } from '../rule/falco/engine.ts'
import type { AuditEvent } from './event.ts'

/** What every alert of the audit log tells, whatever its rule's template: who did what to what, and which event says so. */
export const AUDIT_ALERT_FIELDS: readonly string[] = [
  'ka.auditid',
  'ka.verb',
  'ka.user.name',
  'ka.target.resource',
  'ka.target.subresource',
  'ka.target.namespace',
  'ka.target.name',
  'ka.resp.name',
  'ka.response.code',
  'jevt.value[/responseObject/metadata/uid]',
  'jevt.value[/sourceIPs/0]',
  POD_OF_TOKEN,
]

/** What a rule that fired says of an event, in the JSON of Falco's alerts. `hostname`: who evaluated it. */
export function auditAlert(event: AuditEvent, { rule, output }: CompiledRule<AuditEvent>, hostname: string): string {
  const { name, priority, source, tags } = rule
  const fields = output.values(event)
  const message = output.format(event).text
  return formatAlert({ rule: name, priority, source, tags, timeNs: BigInt(event.timeNs), hostname, message, fields }).json
}

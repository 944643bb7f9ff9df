import * as z from 'zod'
import type { Origin, Reading } from './detection.ts'
import { readFalco } from './falco.ts'

/** What the audit function says of an event that it could not read: its head, and why. */
export const RefusedAuditEvent = z.strictObject({ refused: z.string(), head: z.string() })
export type RefusedAuditEvent = z.infer<typeof RefusedAuditEvent>

/** Reads what a rule of source k8s_audit said, in the JSON of Falco's alerts, or why an event was not read. Never throws. */
export function readAudit(alert: unknown, origin: Origin): Reading {
  const refused = RefusedAuditEvent.safeParse(alert)
  if (refused.success) return { kind: 'refused', reason: `audit event: ${refused.data.refused}` }
  return readFalco(alert, origin, 'k8s_audit')
}

import { CodedError } from '../error.ts'
import { type AuditEvent, parseAuditEvent } from './event.ts'

/** What every audit event has, for those that are told in part. */
const BASE = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: '6b1c2f0e-0000-4000-8000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/',
  verb: 'get',
  user: { username: 'alice', groups: ['system:authenticated'] },
  sourceIPs: ['203.0.113.7'],
  userAgent: 'kubectl',
  responseStatus: { code: 200 },
  stageTimestamp: '2026-01-01T00:00:00.000000Z',
}

/** A whole audit event from the parts of it that matter in a test case. Throws `invalid_input`. */
export function sampleAuditEvent(parts: Readonly<Record<string, unknown>>): AuditEvent {
  const event = parseAuditEvent(JSON.stringify({ ...BASE, ...parts }))
  if ('refused' in event) throw new CodedError('invalid_input', `event: ${event.refused}`)
  return event
}

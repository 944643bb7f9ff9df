import type { Detection } from '../../lib/detection/detection.ts'
import { evidenceOf } from '../../lib/detection/evidence.ts'
import { subjectOf } from '../../lib/incident/group.ts'
import type { Incident } from '../../lib/incident/incident.ts'
import { mergeIncident } from '../../lib/incident/merge.ts'
import type { Offer } from '../../lib/response/offer.ts'
import type { PlannedAction } from '../../lib/response/plan.ts'
import type { ActionRecord } from '../../lib/response/record.ts'
import type { IncidentView } from '../../lib/response/view.ts'
import { detection } from './detection.ts'

/** 2026-11-24T04:49:18Z */
export const AT_MS = 1_795_495_758_016
export const TARGET = { cluster: 'demo', namespace: 'shop', pod: 'web-1', seenNs: '1' }

/** The incident that these detections make. */
export function incidentOf(detections: readonly Detection[] = [detection()], changes: Partial<Incident> = {}): Incident {
  const opening = { id: 'i', subject: subjectOf(detections[0] ?? detection()), cause: 'c' }
  const incident = mergeIncident(undefined, opening, {
    batch: 'b',
    evidence: detections.map((one) => evidenceOf(one)),
    fired: [],
    nowMs: 1,
  })
  if (!incident) throw new Error('no incident of no detections')
  return { ...incident, ...changes }
}

/** What a test cares about is given; the rest is one detection, and nothing done about it. */
export function viewOf(changes: Partial<IncidentView> = {}): IncidentView {
  return { incident: incidentOf(), context: undefined, plans: [], actions: [], silences: [], offers: [], ...changes }
}

type By = ActionRecord['request']['by']
export const ALICE: By = { kind: 'user', id: 'U0ALICE', name: 'alice' }
export const BY_RESPONSE: By = { kind: 'response', name: 'R' }

export function recordOf(action: string, outcome?: ActionRecord['outcome'], changes: Partial<ActionRecord['request']> = {}): ActionRecord {
  const request = { id: action, incident: 'i', action, parameters: {}, target: TARGET, by: ALICE, expiresMs: 0, ...changes }
  return { request, begunMs: AT_MS, ...(outcome ? { outcome, settledMs: AT_MS } : {}) }
}

export function planOf(action: string, changes: Partial<PlannedAction> = {}): PlannedAction {
  const request = {
    id: `plan-${action}`,
    incident: 'i',
    action,
    parameters: {},
    target: TARGET,
    by: BY_RESPONSE,
    expiresMs: AT_MS + 60_000,
  }
  return { response: 'R', mode: 'approve', step: 0, people: 1, request, ...changes }
}

export function offerOf(action: string, changes: Partial<Offer> = {}): Offer {
  const nonce = `nonce-${action}-0000000000`
  return { people: 1, approvals: [], nonce, incident: 'i', action, parameters: {}, expiresMs: 0, ...changes }
}

import type { Severity } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { type Incident, incidentKey, incidentPartition } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import type { Store } from '../../../lib/port/store.ts'
import { ActionRecord, actionSortKey } from '../../../lib/response/record.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import { detection } from '../../support/detection.ts'

export const NOW = Date.UTC(2026, 10, 20, 12)
export const INCIDENT = 'a'.repeat(64)

/** An incident of one pod, with what a test cares about given. */
export function incident(given: Partial<Incident> = {}): Incident {
  const seen = detection({ severity: 3, timeNs: String(BigInt(NOW - 60_000) * 1_000_000n), mitre: ['T1059.004', 'TA0002'] })
  const merged = mergeIncident(
    undefined,
    {
      id: INCIDENT,
      subject: { kind: 'workload', key: 'shop/web', cluster: 'demo', namespace: 'shop', workload: 'web' },
      cause: 'Terminal shell in container',
    },
    { batch: 'b', evidence: [evidenceOf(seen)], fired: [], nowMs: NOW },
  )
  if (!merged) throw new Error('no incident')
  return { ...merged, routes: ['r'], ...given }
}

export function action(name: string, given: Partial<ActionRecord> = {}, id = `${name}-1`): ActionRecord {
  return ActionRecord.parse({
    request: {
      id,
      incident: INCIDENT,
      action: name,
      parameters: {},
      target: { cluster: 'demo', namespace: 'shop', pod: 'web-1', seenNs: '1' },
      by: { kind: 'user', id: 'U1', name: 'alice' },
      expiresMs: NOW + 1000,
    },
    begunMs: NOW + 1000,
    outcome: { state: 'done' },
    settledMs: NOW + 2000,
    ...given,
  })
}

export function view(given: Partial<Incident> = {}, actions: readonly ActionRecord[] = []): IncidentView {
  return { incident: incident(given), context: undefined, plans: [], actions, silences: [], offers: [] }
}

/** Puts the incident into the table as it then stands. */
export async function save(store: Store, given: Partial<Incident>, actions: readonly ActionRecord[] = []): Promise<void> {
  const put = async (pk: string, sk: string, data: unknown) => {
    const item = await store.get(pk, sk)
    await store.put({ pk, sk, data }, item?.version ?? 'absent')
  }
  await put(incidentKey(INCIDENT).pk, incidentKey(INCIDENT).sk, incident(given))
  for (const one of actions) await put(incidentPartition(INCIDENT), actionSortKey(one.request.id), one)
}

/** The chapters of a life: what the incident is, and what was done by then. */
export const LIFE: readonly (readonly [Partial<Incident>, readonly ActionRecord[]])[] = [
  [{}, []],
  [{ severity: 5 as Severity, correlations: ['Shell then credential read'], title: 'Shell then credential read', count: 7 }, []],
  [
    {
      severity: 5,
      correlations: ['Shell then credential read'],
      title: 'Shell then credential read',
      count: 7,
      status: 'acknowledged',
      acknowledgedBy: 'alice',
    },
    [],
  ],
  [
    {
      severity: 5,
      correlations: ['Shell then credential read'],
      title: 'Shell then credential read',
      count: 9,
      status: 'contained',
      acknowledgedBy: 'alice',
    },
    [action('isolate')],
  ],
  [
    {
      severity: 5,
      correlations: ['Shell then credential read'],
      title: 'Shell then credential read',
      count: 9,
      status: 'closed',
      closedBy: 'bob',
      closedWhy: 'a drill',
    },
    [action('isolate')],
  ],
]

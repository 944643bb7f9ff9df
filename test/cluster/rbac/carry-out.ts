import { gunzipSync } from 'node:zlib'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { contentId } from '../../../lib/detection/id.ts'
import { incidentPartition } from '../../../lib/incident/incident.ts'
import type { Cluster } from '../../../lib/port/cluster.ts'
import { read } from '../../../lib/port/store.ts'
import { baseGuards } from '../../../lib/response/guards.ts'
import { type Outcome, outcomeWords } from '../../../lib/response/outcome.ts'
import { ActionRecord, actionSortKey } from '../../../lib/response/record.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'
import { respond } from '../../../lib/stage/respond.ts'
import { memoryEvidence } from '../../support/memory-evidence.ts'
import type { Case } from './scenarios.ts'
import type { TargetPod } from './targets.ts'

const INCIDENT = contentId('rbac-test')
const guards = { ...baseGuards(), replica_floors: [{ count: 0 }] } // pods are counted, and never too few
const store = sqliteStore(openDatabase(':memory:'), { clock: Date.now })

/** What came of it; `release` undoes it, however far it got. `said`: all that was told: outcomes, what evidence lacks, warnings of the log. */
export type CarriedOut = {
  readonly id: string
  readonly outcome: Outcome
  readonly release: () => Promise<Outcome>
  readonly said: () => string
}

/** Has the respond stage carry it out on the pod. */
export async function carryOut(
  { action, parameters, by }: Pick<Case, 'action' | 'parameters' | 'by'>,
  pod: TargetPod,
  { cluster, dryRun = false }: { readonly cluster: Cluster; readonly dryRun?: boolean },
): Promise<CarriedOut> {
  const said: string[] = []
  const warn = (message: string, fields?: object) => said.push(`${message}: ${JSON.stringify(fields)}`)
  const evidence = memoryEvidence()
  const ports = {
    clusters: async () => cluster,
    store,
    messages: { send: async () => undefined },
    evidence,
    guards,
    metrics: { count: () => undefined },
    clock: Date.now,
    log: { info: () => undefined, warn, error: warn },
    patienceMs: 0,
  }
  const ask = async (request: ActionRequest): Promise<Outcome> => {
    await respond({ requests: [request] }, ports, { lastTry: true }).catch((error: unknown) => said.push(`thrown: ${error}`))
    const record = await read(store, { pk: incidentPartition(INCIDENT), sk: actionSortKey(request.id) }, ActionRecord)
    const outcome = record?.outcome ?? { state: 'failed', why: 'no outcome was written down', retryable: false }
    said.push(outcomeWords(outcome))
    return outcome
  }
  const id = contentId('action', pod.uid)
  const target = { cluster: 'c', namespace: pod.namespace, pod: pod.name, uid: pod.uid, containerId: pod.container, node: pod.node }
  const request: ActionRequest = {
    id,
    incident: INCIDENT,
    action,
    parameters,
    target: { ...target, seenNs: String(BigInt(Date.now()) * 1_000_000n) },
    by: by === 'response' ? { kind: 'response', name: 'of the test' } : { kind: 'user', id: 'U1', name: 'Alice' },
    expiresMs: Date.now() + 3600_000,
    ...(dryRun ? { dryRun } : {}),
  }
  const outcome = await ask(request)
  for (const bytes of evidence.kept.values()) said.push(JSON.stringify(JSON.parse(gunzipSync(bytes).toString()).unread))
  return {
    id,
    outcome,
    release: () => ask({ ...request, id: `${id}-undo`, action: 'release', parameters: { of: [id] } }),
    said: () => said.join('\n').replaceAll('\\', ''), // as JSON, what was said within quotes has its own quotes escaped
  }
}

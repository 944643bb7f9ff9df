import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import type { ClusterWriter } from '../port/cluster.ts'
import type { Clock } from '../port/log.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from './actions/index.ts'
import { type Outcome, outcomeWords } from './outcome.ts'
import { ActionRecord, type ActionRequest, actionSortKey } from './request.ts'

const Parameters = z.object({ of: z.array(z.string()).min(1).max(20) })

/** Undoes earlier actions of the incident, the latest first. What has been undone, or was never done, is left as it is.
 *  Undone: something was; skipped: there was nothing to undo. Guards do not hold it up: it only takes away what Creance itself put there. */
export async function release(
  request: ActionRequest,
  { cluster, store, clock }: { readonly cluster: ClusterWriter; readonly store: Store; readonly clock: Clock },
): Promise<Outcome> {
  const parsed = Parameters.safeParse(request.parameters)
  if (!parsed.success) return { state: 'refused', guard: 'bad_parameters', why: 'release: expected the ids of actions to undo' }
  const said: string[] = []
  let undone = 0
  for (const id of parsed.data.of.toReversed()) {
    const key = { pk: incidentPartition(request.incident), sk: actionSortKey(id) }
    const record = await read(store, key, ActionRecord)
    const undo = record?.outcome?.state === 'done' ? record.outcome.undo : undefined
    const action = record && actionNamed(record.request.action)
    if (!record || !undo || !action?.undo) {
      if (record?.outcome?.state === 'undone') said.push(`${record.request.action} was undone already`)
      continue
    }
    const { namespace, pod } = record.request.target
    const outcome = await action.undo({ undo, namespace, pod, cluster })
    said.push(`${action.name}: ${outcomeWords(outcome)}`)
    if (outcome.state === 'refused' || outcome.state === 'failed') return { ...outcome, why: said.join('; ') }
    undone += 1
    await update(
      store,
      key,
      ActionRecord,
      (now): ActionRecord | undefined =>
        now && { ...now, outcome: { state: 'undone', why: `at ${new Date(clock()).toISOString()}` }, settledMs: clock() },
    )
  }
  return undone > 0 ? { state: 'undone', why: said.join('; ') } : { state: 'skipped', why: said.join('; ') || 'there was nothing to undo' }
}

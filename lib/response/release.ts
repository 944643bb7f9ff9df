import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import type { ClusterWriter } from '../port/cluster.ts'
import type { Clock } from '../port/log.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from './actions/index.ts'
import { type Outcome, outcomeWords } from './outcome.ts'
import { ActionRecord, type ActionRequest, actionSortKey, requesterWords } from './request.ts'

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
    if (record?.undoneBy === request.id) {
      said.push(record.request.action) // by this very request, before it was broken off
      undone += 1
    } else if (record?.undoneBy !== undefined) said.push(`${record.request.action} was undone already`)
    if (!record || !undo || !action?.undo) continue
    const { namespace, pod } = record.request.target
    const outcome = await action.undo({ undo, namespace, pod, cluster })
    said.push(outcome.state === 'undone' && !outcome.why ? action.name : `${action.name} ${outcomeWords(outcome)}`)
    if (outcome.state === 'refused' || outcome.state === 'failed') return { ...outcome, why: said.join('; ') }
    undone += 1
    await update(
      store,
      key,
      ActionRecord,
      (now): ActionRecord | undefined =>
        now && { ...now, outcome: { state: 'undone', why: `by ${requesterWords(request.by)}` }, settledMs: clock(), undoneBy: request.id },
    )
  }
  return undone > 0 ? { state: 'undone', why: said.join('; ') } : { state: 'skipped', why: said.join('; ') || 'there was nothing to undo' }
}

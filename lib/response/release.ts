import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import type { ClusterReader, ClusterWriter } from '../port/cluster.ts'
import type { Clock } from '../port/log.ts'
import { read, type Store, update } from '../port/store.ts'
import { actionNamed } from './actions/index.ts'
import { type Outcome, outcomeWords } from './outcome.ts'
import { ActionRecord, actionSortKey } from './record.ts'
import { type ActionRequest, requesterWords } from './request.ts'

const Parameters = z.object({ of: z.array(z.string()).min(1).max(20) })

/** Undoes earlier actions of the incident, the latest first, however far they got. What has been undone, or was never begun, is left as it
 *  is. Undone: something was; skipped: there was nothing to undo. Guards do not hold it up: it only takes away what Creance put there. */
export async function release(
  request: ActionRequest,
  { cluster, store, clock }: { readonly cluster: ClusterReader & ClusterWriter; readonly store: Store; readonly clock: Clock },
): Promise<Outcome> {
  const parsed = Parameters.safeParse(request.parameters)
  if (!parsed.success) return { state: 'refused', guard: 'bad_parameters', why: 'release: expected the ids of actions to undo' }
  const said: string[] = []
  let undone = 0
  for (const id of parsed.data.of.toReversed()) {
    const key = { pk: incidentPartition(request.incident), sk: actionSortKey(id) }
    const record = await read(store, key, ActionRecord)
    const action = record && actionNamed(record.request.action)
    if (!record?.undo || !action?.undo) continue
    if (record.undoneBy !== undefined) {
      // by this very request, before it was broken off; or by another
      said.push(record.undoneBy === request.id ? action.name : `${action.name} was undone already`)
      undone += record.undoneBy === request.id ? 1 : 0
      continue
    }
    const { namespace, pod } = record.request.target
    const outcome = await action.undo({ undo: record.undo, namespace, pod, cluster })
    said.push(outcome.state === 'undone' && !outcome.why ? action.name : `${action.name} ${outcomeWords(outcome)}`)
    if (outcome.state === 'refused' || outcome.state === 'failed') return { ...outcome, why: said.join('; ') }
    undone += 1
    const by = { state: 'undone' as const, why: `by ${requesterWords(request.by)}` }
    await update(
      store,
      key,
      ActionRecord,
      (now): ActionRecord | undefined => now && { ...now, outcome: by, settledMs: clock(), undoneBy: request.id },
    )
  }
  return undone > 0 ? { state: 'undone', why: said.join('; ') } : { state: 'skipped', why: said.join('; ') || 'there was nothing to undo' }
}

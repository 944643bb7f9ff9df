import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import { read, type Store, update } from '../port/store.ts'
import type { ActionContext } from './action.ts'
import { actionNamed } from './actions/index.ts'
import type { PodData } from './actions/pod-data.ts'
import type { Verdict } from './decide.ts'
import { outcomeWords } from './outcome.ts'
import { ActionRecord, actionSortKey, podOf } from './record.ts'
import { type ActionRequest, requesterWords } from './request.ts'

const Parameters = z.object({ of: z.array(z.string()).min(1).max(20) })

type ReleasePorts = Pick<ActionContext, 'cluster' | 'evidence' | 'clock'> & { readonly store: Store }

/** Undoes earlier actions of the incident, the latest first, however far they got. What has been undone, or was never begun, is left as it
 *  is. Undone: something was; skipped: there was nothing to undo. Guards do not hold it up: it only takes away what Creance put there. */
export async function release(request: ActionRequest, { store, ...ports }: ReleasePorts): Promise<Verdict> {
  const parsed = Parameters.safeParse(request.parameters)
  if (!parsed.success)
    return { outcome: { state: 'refused', guard: 'bad_parameters', why: 'release: expected the ids of actions to undo' } }
  const said: string[] = []
  let undone = 0
  let pod: PodData | undefined
  for (const id of parsed.data.of.toReversed()) {
    const key = { pk: incidentPartition(request.incident), sk: actionSortKey(id) }
    const record = await read(store, key, ActionRecord)
    const action = record && actionNamed(record.request.action)
    if (!record?.data || !action?.undo) continue
    if (record.request.target.cluster !== request.target.cluster) {
      said.push(`${action.name} was done in another cluster`)
      continue
    }
    const of = podOf(record)
    pod = of.pod ?? pod
    if (record.undoneBy !== undefined) {
      // by this very request, before it was broken off; or by another
      said.push(record.undoneBy === request.id ? action.name : `${action.name} was undone already`)
      undone += record.undoneBy === request.id ? 1 : 0
      continue
    }
    const outcome = await action.undo(record.data, { ...ports, actionId: id, incident: request.incident })
    said.push(outcome.state === 'undone' && !outcome.why ? action.name : `${action.name} ${outcomeWords(outcome)}`)
    if (outcome.state === 'refused' || outcome.state === 'failed') return { outcome: { ...outcome, why: said.join('; ') }, ...of }
    undone += 1
    const by = { state: 'undone' as const, why: `by ${requesterWords(request.by)}` }
    await update(
      store,
      key,
      ActionRecord,
      (now): ActionRecord | undefined => now && { ...now, outcome: by, settledMs: ports.clock(), undoneBy: request.id },
    )
  }
  if (undone > 0) return { outcome: { state: 'undone', why: said.join('; ') }, ...(pod ? { pod } : {}) }
  return { outcome: { state: 'skipped', why: said.join('; ') || 'there was nothing to undo' } }
}

import * as z from 'zod'
import { incidentPartition } from '../incident/incident.ts'
import type { PodData } from './actions/pod-data.ts'
import { Outcome } from './outcome.ts'
import { ActionRequest } from './request.ts'

/** What stands in the table of one action: the request, when it was begun and on which pod, what it and its undo
 *  work from, where the evidence of the pod is, what became of it, and the request that undid it. */
export const ActionRecord = z.object({
  request: ActionRequest,
  begunMs: z.number().int().optional(),
  podUid: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  evidence: z.object({ uri: z.string(), sha256: z.string() }).optional(),
  outcome: Outcome.optional(),
  settledMs: z.number().int().optional(),
  undoneBy: z.string().optional(),
})
export type ActionRecord = z.infer<typeof ActionRecord>

export const actionSortKey = (id: string): string => `action#${id}`

/** Where what is known of the action stands. */
export function recordKey({ incident, id }: ActionRequest) {
  return { pk: incidentPartition(incident), sk: actionSortKey(id) }
}

/** The pod that was proven to be the one, if it came to that. */
export function podOf({ podUid, request: { target } }: ActionRecord): { readonly pod?: PodData } {
  return podUid === undefined ? {} : { pod: { namespace: target.namespace, name: target.pod, uid: podUid } }
}

import * as z from 'zod'
import { Outcome } from './outcome.ts'
import { ActionRequest } from './request.ts'

/** What stands in the table of one action: the request, when it was begun and on which pod, what its undo
 *  will need, what became of it, and the request that undid it. */
export const ActionRecord = z.object({
  request: ActionRequest,
  begunMs: z.number().int().optional(),
  podUid: z.string().optional(),
  undo: z.record(z.string(), z.unknown()).optional(),
  outcome: Outcome.optional(),
  settledMs: z.number().int().optional(),
  undoneBy: z.string().optional(),
})
export type ActionRecord = z.infer<typeof ActionRecord>

export const actionSortKey = (id: string): string => `action#${id}`

import type { KeyObject } from 'node:crypto'
import * as z from 'zod'
import type { OutgoingMessage } from '../port/queue.ts'
import { PodData } from '../response/actions/pod-data.ts'
import { Outcome } from '../response/outcome.ts'
import { SCHEMA } from './order.ts'
import { type Dialect, seal } from './signed.ts'

const Id = z.string().min(1).max(200)

/** What an agent says became of an order, of the one that was issued then. `lapsed`: it came at a time at which it did not hold, and nothing more was done. `begun`: what was written
 *  down of the action before the cluster was touched. `undone`: which actions a release has undone. */
export const Answer = z.object({
  kind: z.literal('outcome/1'),
  cluster: z.string().min(1).max(200),
  incident: Id,
  action: Id,
  issuedMs: z.number().int().nonnegative(),
  atMs: z.number().int().nonnegative(),
  verdict: z.union([
    z.literal('lapsed'),
    z.object({ outcome: Outcome, pod: PodData.optional(), workload: z.string().max(600).optional() }),
  ]),
  begun: z
    .object({
      begunMs: z.number().int().nonnegative(),
      podUid: z.string().max(100).optional(),
      data: z.record(z.string(), z.unknown()).optional(),
      evidence: z.object({ uri: z.string().max(5000), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
    })
    .optional(),
  undone: z.array(Id).max(20),
})
export type Answer = z.infer<typeof Answer>

export const ANSWER: Dialect<Answer> = { kind: 'outcome/1', schema: Answer }

export function answerMessage(answer: Answer, key: KeyObject): OutgoingMessage {
  return { body: seal(answer, key), attributes: { [SCHEMA]: answer.kind } }
}

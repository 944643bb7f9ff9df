import * as z from 'zod'
import { STAGES, Stage } from '../correlation/correlation.ts'
import type { Detection } from '../detection/detection.ts'

/** How far the detections of some rules may lead: how a new rule is let in, and a noisy one is put back. What no such item names is at `respond`. */
export const StageRule = z.strictObject({
  stage: Stage.describe('observe: counted and correlated, no more; notify: an incident as well; respond: responses may act too.'),
  match: z.string().min(1).describe('Of which detections, a condition in Falco’s language.'),
  description: z.string().optional(),
})
export type StageRule = z.infer<typeof StageRule>

export type CompiledStage = { readonly stage: Stage; readonly matches: (detection: Detection) => boolean }

/** The lowest stage of all that match. */
export function stageOf(detection: Detection, stages: readonly CompiledStage[]): Stage {
  const lowest = stages.filter(({ matches }) => matches(detection)).map(({ stage }) => STAGES.indexOf(stage))
  return STAGES[Math.min(STAGES.length - 1, ...lowest)] ?? 'respond'
}

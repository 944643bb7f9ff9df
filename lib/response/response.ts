import * as z from 'zod'
import { DurationSeconds } from '../duration.ts'
import { ACTION_NAMES, actionNamed } from './actions/index.ts'

/** One entry under `actions:`: the action's name, and under it its parameters (`delete:` alone has none). */
const Step = z
  .record(z.string(), z.record(z.string(), z.unknown()).nullable())
  .transform((entry) => Object.entries(entry).map(([action, parameters]) => ({ action, parameters: parameters ?? {} })))
  .superRefine((steps, context) => {
    const [step, ...more] = steps
    if (!step || more.length > 0) return context.addIssue('expected one action, such as `- isolate: {allow_dns: true}`')
    const action = actionNamed(step.action)
    if (!action) return context.addIssue(`"${step.action}" is no action; known are ${ACTION_NAMES.join(', ')}`)
    const problem = action.problemWith(step.parameters)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [step.action] })
  })
  .transform(([step]) => step as { action: string; parameters: Record<string, unknown> })

/** A policy: which incidents call for which actions. `observe` says what would be done, `approve` asks in chat, `enforce` does it.
 *  `expires`: how long an approval may be pressed, or an enforced action begun. */
export const Response = z.strictObject({
  response: z.string().min(1).max(200),
  description: z.string().optional(),
  match: z.string().min(1),
  mode: z.enum(['observe', 'approve', 'enforce']).default('observe'),
  expires: DurationSeconds.default(3600),
  actions: z.array(Step).min(1).max(10),
  tests: z.array(z.unknown()).optional(),
})
export type Response = z.infer<typeof Response>

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

/** A test case: which of the response's actions these alerts call for, in the response's order. `alerts`: as their agent prints them, as JSON or YAML. */
export const ResponseTest = z.strictObject({
  name: z.string().min(1),
  alerts: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])),
  actions: z.array(z.string()),
})
export type ResponseTest = z.infer<typeof ResponseTest>

/** A policy: which incidents call for which actions. `observe` says what would be done, `approve` asks in chat, `enforce` does it.
 *  `expires`: how long an approval may be pressed, or an enforced action begun. */
export const Response = z.strictObject({
  response: z.string().min(1).max(200).describe('Its name, unique.'),
  description: z.string().optional(),
  match: z.string().min(1).describe('Which incidents call for it: a condition in Falco’s language.'),
  mode: z
    .enum(['observe', 'approve', 'enforce'])
    .default('observe')
    .describe('observe says what it would do, approve asks in chat, enforce does it.'),
  dry_run: z.boolean().default(false).describe('Goes the whole way, approval included, and then only says what it would do.'),
  second_person: z.boolean().default(false).describe('With approve: it takes two people.'),
  expires: DurationSeconds.default(3600).describe('How long an approval may be given, or an action begun; 1h where it is not said.'),
  actions: z.array(Step).min(1).max(10).describe('What is done to the pod, in this order.'),
  tests: z.array(ResponseTest).optional().describe('Its test cases, which creance test runs.'),
})
export type Response = z.infer<typeof Response>

import * as z from 'zod'
import type { Severity } from '../detection/detection.ts'
import { DurationSeconds } from '../duration.ts'
import { isGroupField } from './group.ts'

const LEVELS = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const satisfies Record<string, Severity>

const groupField = z.string().refine(isGroupField, {
  error: ({ input }) =>
    `"${String(input)}" is no field to group by; known are cluster.name, node.name, pod.namespace, pod.name, container.id and the agent's own, such as k8s.ns.name`,
})

/** A Sigma correlation rule over detections. `rules` are the agents' own rule names. Evaluated so far: `temporal_ordered`.
 *  Source: Sigma specification 2.1, sigma-correlation-rules-specification.md. */
export const Correlation = z.strictObject({
  title: z.string().min(1).max(256).describe('Its name, unique; a response names it in incident.correlation.'),
  id: z.uuid().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  status: z.string().optional(),
  author: z.string().optional(),
  date: z.string().optional(),
  references: z.array(z.string()).optional(),
  falsepositives: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  level: z
    .enum(['informational', 'low', 'medium', 'high', 'critical'])
    .default('medium')
    .describe('The severity that the incident gets at least.'),
  correlation: z.strictObject({
    type: z.literal('temporal_ordered', { error: 'type: only temporal_ordered is evaluated by this version' }),
    rules: z.array(z.string().min(1)).min(2).max(20).describe('Names of the agents’ rules, in the order in which they must fire.'),
    'group-by': z
      .array(groupField)
      .min(1)
      .describe('Detections that agree in all of these belong together; one that lacks any belongs to none.'),
    timespan: DurationSeconds.describe('Within which all of them must fire, such as 10m; both edges are included.'),
  }),
})
export type Correlation = z.infer<typeof Correlation>

/** The severity that a correlation gives its incident. */
export function severityOf({ level }: Correlation): Severity {
  return LEVELS[level]
}

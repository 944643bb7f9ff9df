import * as z from 'zod'
import type { Severity } from '../detection/detection.ts'
import { BoundsShape, OPERATORS } from './bounds.ts'
import { CorrelationTest } from './test-case.ts'
import { TimespanSeconds } from './timespan.ts'

const LEVELS = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const satisfies Record<string, Severity>
export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'temporal',
  'temporal_ordered',
] as const
export type CorrelationType = (typeof CORRELATION_TYPES)[number]

const Name = z.string().min(1).max(256)
/** Sigma takes a single one without its brackets. */
const Names = z.union([Name.transform((name) => [name]), z.array(Name).max(50)])
const Texts = z.union([z.string(), z.array(z.string())])

const Condition = z.union(
  [
    z.string().min(1).max(2000).describe('Which rules must happen and which must not, such as: a and (b or c) and not d'),
    z
      .strictObject({
        ...BoundsShape,
        field: Names.describe('What is counted, summed or measured; of several fields their combinations.'),
        percentile: z.number().gt(0).lte(100),
      })
      .partial()
      .refine((given) => OPERATORS.some((operator) => given[operator] !== undefined), {
        error: `expected at least one of ${OPERATORS.join(', ')}`,
      }),
  ],
  { error: 'expected operators, such as {gte: 5}, or a text such as: a and not b' },
)

export const STAGES = ['observe', 'notify', 'respond'] as const
/** What a rule's detections may lead to. `observe`: counted, and looked at by correlations, no more. `notify`: an incident, and people are
 *  told. `respond`: responses may act as well. */
export const Stage = z.enum(STAGES)
export type Stage = z.infer<typeof Stage>

/** What is ours, under one key, all of it optional. */
const Additions = z.strictObject({
  suppress: TimespanSeconds.optional().describe('One firing at most in each such slot of time; the timespan where it is not said.'),
  lateness: TimespanSeconds.optional().describe(
    'How long negations, upper bounds and averages wait for what comes late; 5m where it is not said.',
  ),
  stage: Stage.default('respond').describe('observe, notify or respond: what its firings may lead to.'),
  runbook: z.string().optional().describe('What the one who is woken should do.'),
  tests: z.array(CorrelationTest).optional().describe('Its test cases, which creance test runs.'),
})

/** A Sigma correlation rule over detections, as it is written. Keys that Sigma does not know are let through, as Sigma does; those under
 *  `correlation` and `creance` are not. Source: Sigma specification 2.1, sigma-correlation-rules-specification.md, and pySigma 2.0. */
export const Correlation = z.looseObject({
  title: Name.describe('Its name, unique; a response names it in incident.correlation.'),
  id: z.string().optional().describe('A UUID.'),
  name: Name.optional().describe('What other correlations call it.'),
  description: z.string().optional(),
  status: z.string().optional(),
  author: z.string().optional(),
  date: z.string().optional(),
  modified: z.string().optional(),
  taxonomy: z.string().optional(),
  references: z.array(z.string()).optional(),
  falsepositives: Texts.optional(),
  tags: z.array(z.string()).optional().describe('Such as attack.t1059: shown with the incident.'),
  level: z
    .enum(['informational', 'low', 'medium', 'high', 'critical'])
    .default('medium')
    .describe('The severity that the incident gets at least.'),
  generate: z.boolean().optional(),
  correlation: z.strictObject({
    type: z
      .string()
      .toLowerCase()
      .pipe(z.enum(CORRELATION_TYPES, { error: `expected one of ${CORRELATION_TYPES.join(', ')}` })),
    rules: Names.optional().describe('Agents’ and audit rules by their name; Sigma rules and correlations by name, id or title.'),
    'group-by': Names.optional().describe('Detections that agree in all of these belong together; one that lacks any belongs to none.'),
    aliases: z
      .record(z.string(), z.record(z.string(), Name))
      .optional()
      .describe('A name for what each rule calls otherwise: {where: {rule_a: pod.name, rule_b: identity.pod}}'),
    timespan: TimespanSeconds.describe('Within which it must happen, such as 10m; both edges are included.'),
    condition: Condition.optional(),
    generate: z.boolean().optional(),
  }),
  creance: Additions.prefault({}),
})
export type Correlation = z.infer<typeof Correlation>

/** The severity that a correlation gives its incident. */
export function severityOf({ level }: Pick<Correlation, 'level'>): Severity {
  return LEVELS[level]
}

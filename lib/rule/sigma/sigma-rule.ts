import * as z from 'zod'
import { textOfAtMost } from '../../detection/shape.ts'

const Name = textOfAtMost(256).refine((name) => name !== '', 'expected a name')
const Uuid = z.guid('expected a UUID, such as 11111111-1111-4111-8111-111111111111')
const Tag = z.string().regex(/^[a-z0-9_-]+\.[a-z0-9._-]+$/, 'expected namespace.name in lower case, such as attack.t1059')
const DAY = /^\d{4}(?:-(?:0[1-9]|1[012])-(?:0[1-9]|[12]\d|3[01])|\/(?:0?[1-9]|1[012])\/(?:0?[1-9]|[12]\d|3[01]))$/
const DAY_EXPECTED = 'expected a date, such as 2026-03-01'
/** Slashes are the older way of writing it. */
const Day = z.string().regex(DAY, DAY_EXPECTED)

const Logsource = z
  .looseObject({
    category: z.string().optional(),
    product: z.string().optional(),
    service: z.string().optional(),
    definition: z.string().optional(),
  })
  .refine(
    ({ category, product, service }) => [category, product, service].some((part) => part !== undefined),
    'expected a category, a product or a service',
  )

/** The condition, and the search identifiers that it names: maps, lists or texts, read when the rule is compiled. */
const Search = z.looseObject({ condition: z.union([z.string(), z.array(z.string())], 'expected a condition, or a list of them') })

/** A Sigma rule document: one event, no correlation. Other keys are the writer's own, and kept.
 *  Source: Sigma specification 2.1.0, json-schema/sigma-detection-rule-schema.json. */
export const SigmaRule = z.looseObject({
  title: Name,
  id: Uuid.optional(),
  name: Name.optional(),
  related: z.array(z.looseObject({ id: Uuid, type: z.enum(['derived', 'obsolete', 'merged', 'renamed', 'similar']) })).optional(),
  taxonomy: Name.optional(),
  status: z.enum(['stable', 'test', 'experimental', 'deprecated', 'unsupported']).optional(),
  description: textOfAtMost(65_535).optional(),
  license: z.string().optional(),
  references: z.array(z.string()).optional(),
  author: z.string().optional(),
  date: Day.optional(),
  modified: Day.optional(),
  logsource: Logsource,
  detection: Search,
  fields: z.array(z.string()).optional(),
  falsepositives: z.union([z.string(), z.array(z.string())], 'expected a text, or a list of them').optional(),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']).optional(),
  tags: z.array(Tag).optional(),
  scope: z.array(z.string()).optional(),
})
export type SigmaRule = z.infer<typeof SigmaRule>

import * as z from 'zod'

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const TimeAfter = z.string().regex(/^\d{1,6}(?:ms|[smhd])$/, 'expected a time after the first, such as 90s')

/** `90s`, as milliseconds. */
export function afterMs(text: string): number {
  const [, number = '0', unit = 's'] = /^(\d+)(\w+)$/.exec(text) ?? []
  return Number(number) * (UNIT_MS[unit] ?? 1)
}

/** A detection in brief: the rule's name, when (`90s` after the first), and its agent's fields; `tags`, `priority`, `hostname` as in an alert. */
const BriefDetection = z
  .object({
    rule: z.string().min(1),
    at: TimeAfter.default('0s'),
    priority: z.string().optional(),
    hostname: z.string().optional(),
    tags: z.array(z.string()).optional(),
  })
  .catchall(z.union([Scalar, z.array(Scalar)]))
export type BriefDetection = z.infer<typeof BriefDetection>

/** A test case of a correlation: how often it fires on these, when all has come and all waiting is over. `alerts`: as their agent prints them, as
 *  JSON or YAML; `detections`: in brief. */
export const CorrelationTest = z
  .strictObject({
    name: z.string().min(1),
    detections: z.array(BriefDetection).max(2000).optional(),
    alerts: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).optional(),
    repeat: z
      .number()
      .int()
      .min(1)
      .max(2000)
      .default(1)
      .describe('How often the list comes, each time with # in its texts replaced by the number.'),
    every: TimeAfter.default('1s').describe('How far the repetitions are apart.'),
    fires: z.number().int().min(0),
  })
  .refine(({ detections, alerts }) => detections !== undefined || alerts !== undefined, { error: 'expected detections, or alerts' })
export type CorrelationTest = z.infer<typeof CorrelationTest>

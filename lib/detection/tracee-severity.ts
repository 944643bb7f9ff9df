import * as z from 'zod'
import type { Severity } from './detection.ts'

const LEVELS = [
  { priority: 'INFO', severity: 1 },
  { priority: 'LOW', severity: 2 },
  { priority: 'MEDIUM', severity: 3 },
  { priority: 'HIGH', severity: 4 },
  { priority: 'CRITICAL', severity: 5 },
] as const satisfies readonly { readonly priority: string; readonly severity: Severity }[]

/** Tracee's severity: 0 to 4, or that as its word. Source: tracee/api/v1beta1/threat.proto. */
export const TraceeSeverity = z.union([z.literal([0, 1, 2, 3, 4]), z.literal(LEVELS.map(({ priority }) => priority))], {
  error: `expected 0 to 4, or one of ${LEVELS.map(({ priority }) => priority).join(', ')}`,
})

/** The native word, and what it is worth on the OCSF scale. */
export function levelOf(severity: z.infer<typeof TraceeSeverity>): (typeof LEVELS)[number] {
  return LEVELS.find(({ priority }, index) => severity === index || severity === priority) ?? LEVELS[0]
}

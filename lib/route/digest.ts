import * as z from 'zod'
import { Severity } from '../detection/detection.ts'

/** Incidents that came faster than a channel takes messages, told in one message together. `count`: all of them, by severity (index 0–5);
 *  `worst`: those that are shown, the worst first. */
export const Digest = z.object({
  id: z.string(),
  channel: z.string(),
  sinceMs: z.number().int(),
  lastMs: z.number().int(),
  count: z.number().int(),
  bySeverity: z.array(z.number().int()),
  worst: z.array(z.object({ incident: z.string(), title: z.string(), place: z.string(), severity: Severity, status: z.string() })),
})
export type Digest = z.infer<typeof Digest>

import * as z from 'zod'
import { SEVERITY_NAMES, type Severity } from '../detection/detection.ts'
import { endsMs, HOURS_FIELDS, isOpen } from '../response/hours.ts'
import { SeverityName } from './severity-name.ts'

/** Hours in which a route tells only what is at least so severe; the rest is told when they are over. */
export const QuietHours = z.strictObject({
  ...HOURS_FIELDS,
  unless: SeverityName.default('critical').describe('What is at least so severe is told nevertheless.'),
})
export type QuietHours = z.infer<typeof QuietHours>

/** Until when (Unix ms) something so severe has to wait; undefined: it may be told now. Hours that follow at once on others are seen when these
 *  are over. */
export function quietUntilMs(hours: readonly QuietHours[], severity: Severity, nowMs: number): number | undefined {
  const open = hours.filter((one) => severity < SEVERITY_NAMES.indexOf(one.unless) && isOpen(one, nowMs))
  return open.length > 0 ? Math.max(...open.map((one) => endsMs(one, nowMs))) : undefined
}

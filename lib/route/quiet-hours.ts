import * as z from 'zod'
import { MaintenanceWindow } from '../response/maintenance.ts'
import { SeverityName } from './severity-name.ts'

/** Hours in which a route tells only what is at least so severe; the rest is told when they are over. */
export const QuietHours = z.strictObject({
  window: MaintenanceWindow,
  unless: SeverityName.default('critical').describe('What is at least so severe is told nevertheless.'),
})
export type QuietHours = z.infer<typeof QuietHours>

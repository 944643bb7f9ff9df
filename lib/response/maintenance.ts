import * as z from 'zod'
import { HOURS_FIELDS, isOpen } from './hours.ts'

const Again = z.strictObject({ name: z.string().min(1).max(100), ...HOURS_FIELDS })
const Once = z.strictObject({
  name: z.string().min(1).max(100),
  begins: z.iso.datetime({ offset: true }),
  ends: z.iso.datetime({ offset: true }),
})

/** A time in which responses do nothing: again and again on days of the week, or once. */
export const MaintenanceWindow = z.union([Again, Once])
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>

/** The first of the windows that is open at `nowMs`. The edge where it begins is in, the one where it ends is not. */
export function openWindow(windows: readonly MaintenanceWindow[], nowMs: number): MaintenanceWindow | undefined {
  return windows.find((window) => ('begins' in window ? isWithin(window, nowMs) : isOpen(window, nowMs)))
}

function isWithin({ begins, ends }: z.infer<typeof Once>, nowMs: number): boolean {
  return Date.parse(begins) <= nowMs && nowMs < Date.parse(ends)
}

import type * as z from 'zod'
import type { Reading } from './detection.ts'

/** Deeper than any agent nests, and far from where walking a value would exhaust the stack. */
const DEPTH_MAX = 64

/** The refusal of an alert for what its schema says of its first wrong field; `under` is the key that the schema stands for, if not the whole. */
export function refuseShape(agent: string, error: z.ZodError, under?: string): Reading {
  const [issue] = error.issues
  const path = [...(under ? [under] : []), ...(issue?.path ?? [])].join('.')
  return { kind: 'refused', reason: `${agent} alert: ${path || 'the whole'}: ${issue?.message ?? 'not readable'}` }
}

/** The refusal of an alert for one field's value. */
export function refuseValue(agent: string, field: string, expected: string, got: string): Reading {
  return { kind: 'refused', reason: `${agent} alert: ${field}: expected ${expected}, got "${clip(got)}"` }
}

/** The refusal of an alert that is nested too deeply to be walked; undefined for all others. */
export function refuseDepth(agent: string, alert: unknown): Reading | undefined {
  if (!isDeeper(alert, DEPTH_MAX)) return undefined
  return { kind: 'refused', reason: `${agent} alert: the whole: expected at most ${DEPTH_MAX} levels of nesting` }
}

export function clip(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

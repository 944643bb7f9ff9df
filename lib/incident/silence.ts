import * as z from 'zod'
import type { Detection } from '../detection/detection.ts'
import { milliseconds } from '../detection/time.ts'
import { compileBoundedMatch } from './bounded-match.ts'

const Until = z.iso.datetime({ offset: true, error: 'expected a time in RFC 3339, such as 2026-12-01T08:00:00Z' })

/** Detections that nobody is told of until a time. They are counted, correlated and acted upon as ever: only the telling is quiet. */
export const Silence = z.strictObject({
  name: z.string().min(1).max(200).describe('Unique.'),
  match: z.string().min(1).describe('Of which detections, a condition in Falco’s language.'),
  until: Until.describe('In RFC 3339, such as 2026-12-01T08:00:00Z.'),
  description: z.string().optional(),
  by: z.string().max(200).optional().describe('Who wants it.'),
})
export type Silence = z.infer<typeof Silence>
export const SilenceItem = z.strictObject({ silence: Silence })

/** A silence that a person asked for. `byId`: which person. `incident`: from whose menu, bounded to its subject; one without was typed. */
export const AskedSilence = Silence.extend({ byId: z.string().max(100).optional(), incident: z.string().max(100).optional() })
export type AskedSilence = z.infer<typeof AskedSilence>

export type CompiledSilence<T extends Silence = Silence> = { readonly silence: T; readonly matches: (detection: Detection) => boolean }

/** The silence that keeps the detection quiet, by when it happened: those of the rules first. */
export function silenceOf(detection: Detection, silences: readonly CompiledSilence[]): Silence | undefined {
  const atMs = milliseconds(detection.timeNs)
  return silences.find(({ silence, matches }) => atMs < Date.parse(silence.until) && matches(detection))?.silence
}

/** A silence that somebody asked for, with its match compiled; undefined where that is none, or takes too long: then it silences nothing. */
export function compiledSilence<T extends Silence>(silence: T): CompiledSilence<T> | undefined {
  const matches = compileBoundedMatch(silence.match)
  return typeof matches === 'function' ? { silence, matches } : undefined
}

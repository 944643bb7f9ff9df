import type { Incident } from './incident.ts'

/** An incident's message is brought up to date at most so often for what is only more of the same. */
export const TELL_MS = 30_000

/** Whether news is passed on to be shown at once, later (together with what comes until then), or with what is to be shown later anyway.
 *  `marks`: what the incident keeps of that. */
export type Telling = {
  readonly kind: 'now' | 'later' | 'with_others'
  readonly marks?: Partial<Pick<Incident, 'toldMs' | 'tellMs'>>
}

/** At once: an opening, a correlation that came true, a higher severity, another state, a rule or a route that was not there before, or what
 *  comes after a pause. Of a storm only its count changes: that can wait. */
export function tellingOf(merged: Incident, before: Incident | undefined, nowMs: number): Telling {
  const isNotable =
    !before ||
    merged.correlations.length > before.correlations.length ||
    merged.severity > before.severity ||
    merged.status !== before.status ||
    merged.rules.length > before.rules.length ||
    merged.routes.length > before.routes.length
  if (isNotable || nowMs - before.toldMs >= TELL_MS) return { kind: 'now', marks: { toldMs: nowMs } }
  if (before.tellMs > nowMs) return { kind: 'with_others' }
  return { kind: 'later', marks: { tellMs: before.toldMs + TELL_MS } }
}

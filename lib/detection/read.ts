import type { Reading } from './detection.ts'
import { looksLikeFalco, type Origin, readFalco } from './falco.ts'
import { parseJson } from './json.ts'

export type Agent = 'falco'

/** Which agent sent this (parsed) alert, told by its shape; undefined: none that we know. */
export function agentOf(alert: unknown): Agent | undefined {
  return looksLikeFalco(alert) ? 'falco' : undefined
}

/** Reads an alert's verbatim JSON text with its agent's reader. Never throws. */
export function readAlert(envelope: Origin & { readonly agent: Agent; readonly alert: string }): Reading {
  let alert: unknown
  try {
    alert = parseJson(envelope.alert)
  } catch {
    return { kind: 'refused', reason: `${envelope.agent} alert: not JSON` }
  }
  return readFalco(alert, envelope)
}

import type { Agent, Origin, Reading } from './detection.ts'
import { looksLikeFalco, readFalco } from './falco.ts'
import { parseJson } from './json.ts'
import { looksLikeKubeArmor, readKubeArmor } from './kubearmor.ts'
import { looksLikeTetragon, readTetragon } from './tetragon.ts'
import { looksLikeTracee, readTracee } from './tracee.ts'

type Reader = {
  readonly agent: Agent
  readonly looksLike: (value: unknown) => boolean
  readonly read: (alert: unknown, origin: Origin) => Reading
}

const READERS: readonly Reader[] = [
  { agent: 'falco', looksLike: looksLikeFalco, read: readFalco },
  { agent: 'tetragon', looksLike: looksLikeTetragon, read: readTetragon },
  { agent: 'tracee', looksLike: looksLikeTracee, read: readTracee },
  { agent: 'kubearmor', looksLike: looksLikeKubeArmor, read: readKubeArmor },
]

/** Which agent sent this (parsed) alert, told by its shape; undefined: none that we know. */
export function agentOf(alert: unknown): Agent | undefined {
  return READERS.find(({ looksLike }) => looksLike(alert))?.agent
}

/** Reads an alert's verbatim JSON text with its agent's reader. Never throws. */
export function readAlert(envelope: Origin & { readonly agent: Agent; readonly alert: string }): Reading {
  const refused: Reading = { kind: 'refused', reason: `${envelope.agent} alert: not JSON` }
  let alert: unknown
  try {
    alert = parseJson(envelope.alert)
  } catch {
    return refused
  }
  return READERS.find(({ agent }) => agent === envelope.agent)?.read(alert, envelope) ?? refused
}

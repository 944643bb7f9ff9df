import { readAudit } from './audit.ts'
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
  { agent: 'k8s_audit', looksLike: () => false, read: readAudit }, // the audit function says so itself
]

/** Which agent sent this (parsed) alert, told by its shape; undefined: none that we know. */
export function agentOf(alert: unknown): Agent | undefined {
  return READERS.find(({ looksLike }) => looksLike(alert))?.agent
}

/** The same for an alert's text; undefined also for what is no JSON. */
export function agentIn(text: string): Agent | undefined {
  try {
    return agentOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Reads an alert's verbatim JSON text with its agent's reader. Never throws. */
export function readAlert(envelope: Origin & { readonly agent: Agent; readonly alert: string }): Reading {
  let alert: unknown
  try {
    alert = parseJson(envelope.alert)
  } catch {
    return { kind: 'refused', reason: `${envelope.agent} alert: not JSON` }
  }
  return readParsed(envelope.agent, alert, envelope)
}

/** The same for an alert that is parsed already: by parseJson, where its detection will be asked for. Never throws. */
export function readParsed(agent: Agent, alert: unknown, origin: Origin): Reading {
  const reader = READERS.find((one) => one.agent === agent)
  return reader?.read(alert, origin) ?? { kind: 'refused', reason: `${agent} alert: no reader` }
}

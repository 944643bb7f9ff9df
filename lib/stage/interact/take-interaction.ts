import { CodedError, messageOf } from '../../error.ts'
import { readInteraction } from '../../slack/press.ts'
import { noteUnreadable } from './note-once.ts'
import type { PressPorts, Taken } from './ports.ts'
import { takePress } from './take-press.ts'
import { takeSubmission } from './take-submission.ts'

/** Takes an interaction that is known to be Slack's: the JSON of `payload`, or what came over a socket. `invalid_input`: it is none. */
export async function takeInteraction(payload: unknown, ports: PressPorts): Promise<Taken> {
  const interaction = await readOrNote(() => readInteraction(payload), ports)
  if (!interaction) return { outcome: 'invalid_input' }
  if (interaction.kind === 'press') return takePress(interaction, ports)
  return interaction.kind === 'submission' ? takeSubmission(interaction, ports) : { outcome: 'ignored' }
}

/** What was read; undefined for what is of another shape: the journal and the log say so, once a minute. */
export async function readOrNote<T>(read: () => T, ports: Pick<PressPorts, 'store' | 'clock' | 'log'>): Promise<T | undefined> {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    await noteUnreadable(messageOf(error), ports)
    return undefined
  }
}

/** The same for what has a line of its own. */
export function readOr<T>(read: () => T, { log }: Pick<PressPorts, 'log'>): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    log.warn('interaction refused', { why: messageOf(error) })
    return undefined
  }
}

import { contentId } from '../detection/id.ts'
import { CodedError } from '../error.ts'
import { answerWords } from '../slack/answer-words.ts'
import { readCommand } from '../slack/command.ts'
import { readInteraction } from '../slack/press.ts'
import type { PressPorts, Taken } from './interact/ports.ts'
import { tellOne } from './interact/refusal.ts'

const FAILED = 'Something failed, and what came of it is not known. Please look at the incident, and try again.'

/** Tells a person in the channel, for their eyes alone, what came of an interaction or a command that Slack was answered too late or without
 *  it: by then a dialog is closed as if all went well. `taken`: undefined where it failed. What had no words for anybody is not told. */
export async function tellLate(payload: unknown, taken: Taken | undefined, ports: PressPorts): Promise<void> {
  const text = taken ? answerWords(taken.body) : FAILED
  const who = text === undefined ? undefined : whoIn(payload)
  if (!who || text === undefined) return
  const { channel, user, id } = who
  await tellOne({ channel, user, text }, `late-${contentId(channel, user, id, text).slice(0, 32)}`, ports)
}

type Who = { readonly channel: string; readonly user: string; readonly id: string }

/** Who is to be told, and where; undefined for what is neither, or says no channel. */
function whoIn(payload: unknown): Who | undefined {
  const interaction = orNone(() => readInteraction(payload))
  if (interaction?.kind === 'press') return { channel: interaction.channel, user: interaction.user.id, id: interaction.id }
  if (interaction?.kind === 'submission')
    return interaction.mark && { channel: interaction.mark.channel, user: interaction.user.id, id: interaction.id }
  const command = interaction ? undefined : orNone(() => readCommand(payload))
  return command && { channel: command.channel, user: command.user.id, id: command.id }
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

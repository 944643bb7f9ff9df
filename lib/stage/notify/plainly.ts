import { CodedError, messageOf } from '../../error.ts'
import type { ChatMessage } from '../../port/chat.ts'
import type { Log } from '../../port/log.ts'
import { clip } from '../../slack/text.ts'

/** Sends the message; without its blocks, and saying so, where the chat does not take what it says. `refused`: it does not take that either. */
export async function plainly<T>(
  message: ChatMessage,
  send: (message: ChatMessage) => Promise<T>,
  { log, of }: { readonly log: Log; readonly of: string },
): Promise<T | 'refused'> {
  try {
    return await send(message)
  } catch (error) {
    if (!isRefused(error)) throw error
    log.error('message not taken by chat, told without its blocks', { of, why: messageOf(error) })
  }
  const text = clip(message.text, 1000)
  try {
    return await send({ text: `${text} (shown without details: the chat did not take them)`, color: message.color, blocks: [] })
  } catch (error) {
    if (!isRefused(error)) throw error
    log.error('message not taken by chat at all', { of, why: messageOf(error) })
    return 'refused'
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'invalid_input'
}

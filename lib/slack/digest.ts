import type { ChatMessage } from '../port/chat.ts'
import type { Digest } from '../route/digest.ts'

/** The one message that stands for many incidents of a channel; pure. */
export function digestMessage({ count }: Digest): ChatMessage {
  return { text: `${count} more incidents`, color: '#9aa0a6', blocks: [] }
}

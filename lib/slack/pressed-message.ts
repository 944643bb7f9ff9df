import * as z from 'zod'
import type { Block, ChatMessage } from '../port/chat.ts'
import { clip } from './text.ts'

const EchoedBlock = z.looseObject({ type: z.string() })
const Blocks = z.array(EchoedBlock).max(100).default([])

/** The message that a button stands in, as Slack sends it along. */
export const EchoedMessage = z.object({
  ts: z.string().max(64).optional(),
  text: z.string().default(''),
  blocks: Blocks,
  attachments: z
    .array(z.object({ color: z.string().max(20).optional(), fallback: z.string().optional(), blocks: Blocks }))
    .max(20)
    .default([]),
})
export type EchoedMessage = z.infer<typeof EchoedMessage>

const GREY = '#9aa0a6'
const MOST_BLOCKS = 50

/** The same message with nothing to press in it, and a line (mrkdwn) at its end; undefined where there is none that could be shown again. */
export function withoutButtons(message: EchoedMessage, line: string): ChatMessage | undefined {
  const [attachment] = message.attachments
  const shown = [...message.blocks, ...message.attachments.flatMap(({ blocks }) => blocks)].flatMap(withoutActions)
  if (shown.length === 0) return undefined
  const color = attachment?.color?.replace(/^#?/, '#') ?? GREY
  return {
    text: clip(attachment?.fallback ?? message.text, 500),
    color: /^#[0-9a-fA-F]{6}$/.test(color) ? color : GREY,
    blocks: [...shown.slice(0, MOST_BLOCKS - 1), { type: 'section', text: { type: 'mrkdwn', text: clip(line, 3000), verbatim: true } }],
  }
}

function withoutActions({ accessory, ...block }: z.infer<typeof EchoedBlock>): readonly Block[] {
  if (block.type === 'actions') return []
  const isPicture = typeof accessory === 'object' && accessory !== null && 'type' in accessory && accessory.type === 'image'
  return [isPicture ? { ...block, accessory } : block]
}

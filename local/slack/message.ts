import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { withIds as blockWithIds, interactiveOf, SlackBlock } from './block/block.ts'
import type { Interactive } from './block/element.ts'
import { botId, type Workspace } from './workspace.ts'

/** A legacy attachment: `color` is `#rrggbb`, `good`, `warning` or `danger`; `id` counts from 1. Other keys are kept. */
export const Attachment = z.looseObject({
  id: z.number().optional(),
  color: z.string().max(100).optional(),
  fallback: z.string().optional(),
  pretext: z.string().optional(),
  title: z.string().optional(),
  text: z.string().optional(),
  footer: z.string().optional(),
  blocks: z.array(SlackBlock).optional(),
})
export type Attachment = z.infer<typeof Attachment>

export const Metadata = z.strictObject({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) })
export type Metadata = z.infer<typeof Metadata>

/** What a message says. */
export const Content = z.object({
  text: z.string(),
  blocks: z.array(SlackBlock),
  attachments: z.array(Attachment),
  metadata: Metadata.optional(),
})
export type Content = z.infer<typeof Content>

/** A message as it is kept. `ts` is Slack's (`seconds.micros`) and unique; `threadTs` is set on replies only; `onlyFor` is the user who may
 *  see an ephemeral one; `editedTs` is set by an update without blocks; a deleted message that has replies stays as a tombstone. */
export const Message = Content.extend({
  channel: z.string(),
  ts: z.string(),
  threadTs: z.string().optional(),
  onlyFor: z.string().optional(),
  editedTs: z.string().optional(),
  deleted: z.boolean().optional(),
})
export type Message = z.infer<typeof Message>

/** Gives ids to blocks, their elements and attachments that came without, as Slack does when it stores a message. */
export function withIds(content: Content): Content {
  const named = (block: SlackBlock) => blockWithIds(block, freshId)
  return {
    ...content,
    blocks: content.blocks.map(named),
    attachments: content.attachments.map((attachment, index) => ({
      ...attachment,
      id: index + 1,
      ...(attachment.blocks && { blocks: attachment.blocks.map(named) }),
    })),
  }
}

function freshId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}

export type Found = { readonly element: Interactive; readonly blockId: string; readonly attachmentId?: number | undefined }

/** Everything in a message that can be pressed or chosen from, what its attachments hold too. */
export function interactiveIn(message: Message): Found[] {
  const within = (blocks: readonly SlackBlock[], attachmentId?: number) =>
    blocks.flatMap((block) => interactiveOf(block).map((element) => ({ element, blockId: block.block_id ?? '', attachmentId })))
  return [...within(message.blocks), ...message.attachments.flatMap(({ blocks = [], id }) => within(blocks, id))]
}

/** The blocks of a message, those of its attachments too. */
export function blocksIn({ blocks, attachments }: Message): SlackBlock[] {
  return [...blocks, ...attachments.flatMap((attachment) => attachment.blocks ?? [])]
}

/** A message in Slack's own form, as the Web API and interaction payloads carry it. `metadata` only where it was asked for. */
export function toSlack(message: Message, workspace: Workspace, { metadata }: { readonly metadata: boolean }): Record<string, unknown> {
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs, parent_user_id: workspace.bot.id }
  if (message.deleted) {
    return {
      type: 'message',
      subtype: 'tombstone',
      user: 'USLACKBOT',
      text: 'This message was deleted.',
      ts: message.ts,
      hidden: true,
      ...thread,
    }
  }
  return {
    type: 'message',
    user: workspace.bot.id,
    ts: message.ts,
    bot_id: botId(workspace),
    app_id: workspace.app,
    team: workspace.id,
    text: message.text,
    ...thread,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
    ...(message.editedTs !== undefined && { edited: { user: workspace.bot.id, ts: message.editedTs } }),
    ...(metadata && message.metadata !== undefined && { metadata: message.metadata }),
  }
}

import * as z from 'zod'
import { type Message, toSlack } from '../message.ts'
import type { State } from '../state.ts'
import { channelOf, findChannel, findUser, mayRead } from '../workspace.ts'
import { type Failure, failed } from './answer.ts'
import { parseContent } from './content.ts'
import { method, Word } from './method.ts'

const ContentFields = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  metadata: z.unknown().optional(),
}

/** Posts to a channel, by id or name, to a user, by id, or into the thread of `thread_ts`. */
export const postMessage = method(z.object({ ...ContentFields, channel: Word, thread_ts: Word }), (args, { workspace, messages }) => {
  const channel = findChannel(workspace, args.channel)
  if (!channel) return failed('channel_not_found')
  const parsed = parseContent(args)
  if (!parsed.ok) return parsed
  const parent = args.thread_ts === undefined ? undefined : messages.find(channel.id, args.thread_ts)
  if (args.thread_ts !== undefined && !parent) return failed('thread_not_found')
  const message = messages.post(channel.id, parsed.content, { threadTs: parent && (parent.threadTs ?? parent.ts) })
  return { ok: true, channel: channel.id, ts: message.ts, message: toSlack(message, workspace, { metadata: true }) }
})

/** Shows a message to one user; it has a `ts` of its own, is in no history and cannot be updated. */
export const postEphemeral = method(
  z.object({ ...ContentFields, channel: Word, user: Word, thread_ts: Word }),
  (args, { workspace, messages }) => {
    const channel = findChannel(workspace, args.channel)
    if (!channel) return failed('channel_not_found')
    const user = findUser(workspace, args.user)
    if (!user || !mayRead(channel, user.id)) return failed('user_not_in_channel')
    const parsed = parseContent(args)
    if (!parsed.ok) return parsed
    const message = messages.post(channel.id, parsed.content, { threadTs: args.thread_ts, onlyFor: user.id })
    return { ok: true, message_ts: message.ts }
  },
)

/** Text without blocks drops the blocks and marks the message as edited; attachments and metadata stay as they are unless given. */
export const update = method(z.object({ ...ContentFields, channel: Word, ts: Word }), (args, state) => {
  const found = ownMessage(args, state, 'cant_update_message')
  if ('ok' in found) return found
  const { original } = found
  const parsed = parseContent({
    text: args.text ?? original.text,
    blocks: args.blocks ?? (args.text === undefined ? original.blocks : []),
    attachments: args.attachments ?? original.attachments,
    metadata: args.metadata ?? original.metadata,
  })
  if (!parsed.ok) return parsed
  const drawn = parsed.content.blocks.length + parsed.content.attachments.length > 0
  const message = state.messages.replace({ ...original, ...parsed.content, ...(!drawn && { editedTs: original.ts }) })
  return {
    ok: true,
    channel: message.channel,
    ts: message.ts,
    text: message.text,
    message: toSlack(message, state.workspace, { metadata: true }),
  }
})

/** What has replies leaves a tombstone behind. */
export const deleteMessage = method(z.object({ channel: Word, ts: Word }), (args, state) => {
  const found = ownMessage(args, state, 'cant_delete_message')
  if ('ok' in found) return found
  state.messages.remove(found.original)
  return { ok: true, channel: found.original.channel, ts: found.original.ts }
})

/** Where a browser would find a message. */
export const getPermalink = method(z.object({ channel: Word, message_ts: Word }), ({ channel: id, message_ts = '' }, state) => {
  const channel = channelOf(state.workspace, id)
  if (!channel) return failed('channel_not_found')
  const message = state.messages.find(channel.id, message_ts)
  if (!message) return failed('message_not_found')
  const thread = message.threadTs === undefined ? '' : `?${new URLSearchParams({ thread_ts: message.threadTs, cid: channel.id })}`
  const permalink = `https://${state.workspace.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`
  return { ok: true, channel: channel.id, permalink }
})

type Which = { readonly channel?: string | undefined; readonly ts?: string | undefined }

/** The message that a call means to change; `refusal` for an ephemeral or deleted one. Like Slack, it takes a channel by id only. */
function ownMessage(
  { channel: id, ts = '' }: Which,
  { workspace, messages }: State,
  refusal: string,
): Failure | { readonly original: Message } {
  const channel = channelOf(workspace, id)
  if (!channel) return failed('channel_not_found')
  const original = messages.find(channel.id, ts)
  if (!original) return failed('message_not_found')
  return original.onlyFor !== undefined || original.deleted ? failed(refusal) : { original }
}

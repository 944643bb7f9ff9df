import * as z from 'zod'
import { type Message, toSlack } from '../message.ts'
import type { State } from '../state.ts'
import { type Channel, channelOf, direct, findChannel, findUser, type Workspace } from '../workspace.ts'
import { failed } from './answer.ts'
import { Flag, Limit, method, Word } from './method.ts'

const EVERYTHING = 1_000_000
const TIME = /^-?\d{1,10}(\.\d*)?$/
const Range = { channel: Word, cursor: Word, oldest: Word, latest: Word, inclusive: Flag, limit: Limit, include_all_metadata: Flag }

/** A channel's messages, newest first, without replies, ephemeral ones, and, unless `include_all_metadata`, metadata. */
export const history = method(z.object(Range), (args, state) => {
  const channel = channelOf(state.workspace, args.channel)
  if (!channel) return failed('channel_not_found')
  const wrong = wrongBound(args)
  if (wrong !== undefined) return failed(wrong)
  const before = args.cursor === undefined ? latestOf(args) : timeOfCursor(args.cursor)
  if (before === 'invalid') return failed('invalid_cursor')
  const found = state.messages.newest({ channel: channel.id, after: oldestOf(args), before, limit: args.limit + 1 })
  const page = found.slice(0, args.limit)
  const hasMore = found.length > page.length
  return {
    ok: true,
    messages: page.map((message) => withThread(message, state, args.include_all_metadata)),
    has_more: hasMore,
    pin_count: 0,
    response_metadata: { next_cursor: hasMore ? cursorAfter(page.at(-1)) : '' },
  }
})

/** A message, which stands on the first page only, and its replies, oldest first. */
export const replies = method(z.object({ ...Range, ts: Word }), (args, state) => {
  const channel = channelOf(state.workspace, args.channel)
  if (!channel) return failed('channel_not_found')
  const wrong = wrongBound(args)
  if (wrong !== undefined) return failed(wrong)
  const message = state.messages.find(channel.id, args.ts ?? '')
  if (!message || message.onlyFor !== undefined) return failed('thread_not_found')
  const after = args.cursor === undefined ? oldestOf(args) : timeOfCursor(args.cursor)
  if (after === 'invalid') return failed('invalid_cursor')
  const parent = message.threadTs === undefined ? message : state.messages.find(channel.id, message.threadTs)
  const threadTs = parent?.ts ?? message.threadTs
  const found = state.messages.newest({ channel: channel.id, threadTs, after, before: latestOf(args), limit: EVERYTHING }).reverse()
  const page = found.slice(0, args.limit)
  const hasMore = found.length > page.length
  return {
    ok: true,
    messages: [
      ...(parent && args.cursor === undefined ? [withThread(parent, state, args.include_all_metadata)] : []),
      ...page.map((reply) => slackForm(reply, state, args)),
    ],
    has_more: hasMore,
    ...(hasMore && { response_metadata: { next_cursor: cursorAfter(page.at(-1)) } }),
  }
})

/** What the app and one user say to each other alone. */
export const open = method(z.object({ channel: Word, users: Word }), (args, { workspace }) => {
  if (args.channel !== undefined) {
    const known = channelOf(workspace, args.channel)
    return known ? { ok: true, channel: { id: known.id } } : failed('channel_not_found')
  }
  const wanted = (args.users ?? '').split(',').filter((id) => id !== '')
  if (wanted.length === 0) return failed('users_list_not_supplied')
  if (wanted.length > 1) return failed('too_many_users')
  const user = findUser(workspace, wanted[0])
  return user ? { ok: true, channel: { id: direct(user).id } } : failed('user_not_found')
})

export const list = method(z.object({ limit: Limit }), (args, { workspace }) => ({
  ok: true,
  channels: workspace.channels.slice(0, args.limit).map((channel) => channelObject(channel, workspace)),
  response_metadata: { next_cursor: '' },
}))

export const info = method(z.object({ channel: Word }), (args, { workspace }) => {
  const channel = findChannel(workspace, args.channel)
  return channel ? { ok: true, channel: channelObject(channel, workspace) } : failed('channel_not_found')
})

function channelObject({ id, name, user }: Channel, { id: team }: Workspace): Record<string, unknown> {
  if (user !== undefined) return { id, user, context_team_id: team, created: 0, is_im: true, is_archived: false, is_open: true }
  return {
    ...{ id, name, name_normalized: name, context_team_id: team, created: 0 },
    ...{ is_channel: true, is_group: false, is_im: false, is_private: false, is_archived: false, is_member: true, is_general: false },
  }
}

function slackForm(message: Message, { workspace }: State, args: { readonly include_all_metadata: boolean }): Record<string, unknown> {
  return toSlack(message, workspace, { metadata: args.include_all_metadata })
}

/** A message with what Slack tells about its thread. */
function withThread(message: Message, { workspace, messages }: State, metadata: boolean): Record<string, unknown> {
  const thread = messages.newest({ channel: message.channel, threadTs: message.ts, limit: 1000 })
  const summary = { thread_ts: message.ts, reply_count: thread.length, reply_users: [workspace.bot.id], latest_reply: thread[0]?.ts }
  return { ...toSlack(message, workspace, { metadata }), ...(thread.length > 0 && summary) }
}

/** Slack's word for a bound that is no time; negative ones are let through, and bound nothing. */
function wrongBound({ oldest = '0', latest = '0' }: { oldest?: string | undefined; latest?: string | undefined }): string | undefined {
  if (!TIME.test(oldest)) return 'invalid_ts_oldest'
  return TIME.test(latest) ? undefined : 'invalid_ts_latest'
}

/** The bounds are exclusive, unless `inclusive`: then they move by the one microsecond that tells two `ts` apart. */
function oldestOf({ oldest, inclusive }: { oldest?: string | undefined; inclusive: boolean }): string | undefined {
  return oldest !== undefined && inclusive ? moved(oldest, -1) : oldest
}

function latestOf({ latest, inclusive }: { latest?: string | undefined; inclusive: boolean }): string | undefined {
  return latest !== undefined && inclusive ? moved(latest, 1) : latest
}

function moved(ts: string, micros: number): string {
  const total = Math.round(Number(ts) * 1e6) + micros
  return total > 0 ? `${Math.floor(total / 1e6)}.${String(total % 1e6).padStart(6, '0')}` : '0'
}

function cursorAfter(message: Message | undefined): string {
  return message ? Buffer.from(`next_ts:${message.ts}`).toString('base64') : ''
}

function timeOfCursor(cursor: string): string {
  return /^next_ts:(\d+\.\d{6})$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? 'invalid'
}

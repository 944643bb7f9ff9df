/** A Block Kit block, as Slack's Web API takes it. Built in lib/slack. */
export type Block = { readonly type: string; readonly [key: string]: unknown }

/** `text` is what a notification shows; `color` is `#rrggbb`, the bar beside the blocks. */
export type ChatMessage = { readonly text: string; readonly color: string; readonly blocks: readonly Block[] }

/** Where a message stands: channel id and Slack's `ts`. */
export type Posted = { readonly channel: string; readonly ts: string }

/** A chat that holds one message per key. `channel` may be a user's id: then it is what the app and that user alone see, and what was posted
 *  says in which channel that is. `thread`: the `ts` of the message that it is a reply to. Errors: CodedError `throttled` (with
 *  retryAfterSeconds), `unavailable` (it may have taken effect), `conflict` (the message to reply to is gone, or takes no replies), `invalid_input` (what the message
 *  says is not taken); and for an operator, saying what to do: `invalid_config` (this channel or group), `not_permitted` (this call, anywhere),
 *  `unauthorized` (the token). */
export type Chat = {
  /** Posts with `key` in the message's metadata, so that `find` can tell whether a post whose answer got lost had arrived. */
  readonly post: (channel: string, key: string, message: ChatMessage, thread?: string) => Promise<Posted>
  /** `absent`: somebody deleted the message; `locked`: it is there and can no longer be edited. */
  readonly update: (posted: Posted, key: string, message: ChatMessage) => Promise<'updated' | 'absent' | 'locked'>
  /** The message (or reply in the thread) with this key that was posted at `sinceMs` (Unix ms) or later. */
  readonly find: (channel: string, key: string, sinceMs: number, thread?: string) => Promise<Posted | undefined>
  /** Tells one user, in the channel, what nobody else needs to see. */
  readonly tell: (channel: string, user: string, text: string) => Promise<void>
  /** The ids of the users in a user group (`S…`). */
  readonly members: (group: string) => Promise<readonly string[]>
}

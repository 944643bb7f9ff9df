import type { Block, ChatMessage } from './chat.ts'

/** A modal as Slack's `views.open` takes it. `private_metadata` comes back with what is submitted, and nobody can change it. Built in
 *  lib/slack/modal.ts. */
export type Modal = {
  readonly type: 'modal'
  readonly callback_id: string
  readonly private_metadata: string
  readonly title: { readonly type: 'plain_text'; readonly text: string }
  readonly submit?: { readonly type: 'plain_text'; readonly text: string }
  readonly close?: { readonly type: 'plain_text'; readonly text: string }
  readonly blocks: readonly Block[]
}

/** What is said back to a press within its three seconds. Errors: CodedError `throttled`, `unavailable`, `invalid_config`, `invalid_input` (a
 *  trigger that is used or older than three seconds). */
export type Dialog = {
  /** Opens a modal for whoever pressed. Answers its id, for `update`. */
  readonly open: (triggerId: string, modal: Modal) => Promise<string>
  /** Shows another in the place of one that is open; one that was closed meanwhile is not an error. */
  readonly update: (viewId: string, modal: Modal) => Promise<void>
  /** Puts another message in the place of the one whose button was pressed. `responseUrl`: as it came with the press. */
  readonly replace: (responseUrl: string, message: Pick<ChatMessage, 'text' | 'color' | 'blocks'>) => Promise<void>
}

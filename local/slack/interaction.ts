import { randomBytes } from 'node:crypto'
import { type FoundButton, type Message, toSlack } from './message.ts'
import type { User, Workspace } from './workspace.ts'

export type Pressed = {
  readonly message: Message
  readonly found: FoundButton
  readonly user: User
  readonly responseUrl: string
  readonly nowMs: number
}

/** The `block_actions` payload of a press. A button inside an attachment has the container `message_attachment`; an ephemeral message is
 *  not sent along. Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
export function blockActions({ message, found, user, responseUrl, nowMs }: Pressed, workspace: Workspace): Record<string, unknown> {
  const isEphemeral = message.onlyFor !== undefined
  const { button, blockId, attachmentId } = found
  return {
    type: 'block_actions',
    user: { id: user.id, username: user.name, name: user.name, team_id: workspace.id },
    api_app_id: workspace.app,
    container: {
      type: attachmentId === undefined ? 'message' : 'message_attachment',
      message_ts: message.ts,
      ...(attachmentId !== undefined && { attachment_id: attachmentId, is_app_unfurl: false }),
      ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
    },
    trigger_id: `${Math.floor(nowMs)}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`,
    team: { id: workspace.id, domain: workspace.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: workspace.channels.find(({ id }) => id === message.channel)?.name },
    ...(!isEphemeral && { message: toSlack(message, workspace, { metadata: true }) }),
    state: { values: {} },
    response_url: responseUrl,
    actions: [
      {
        type: 'button',
        action_id: button.action_id,
        block_id: blockId,
        text: button.text,
        ...(button.value !== undefined && { value: button.value }),
        ...(button.style !== undefined && { style: button.style }),
        action_ts: (nowMs / 1000).toFixed(6),
      },
    ],
  }
}

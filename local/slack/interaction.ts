import type { Interactive } from './block/element.ts'
import type { Option } from './block/option.ts'
import { blocksIn, type Found, type Message, toSlack } from './message.ts'
import { type FormValues, stateOf } from './view/form.ts'
import { type OpenView, toSlackView } from './view/view.ts'
import { channelOf, type User, type Workspace } from './workspace.ts'

/** Where somebody pressed: in a message, to which the response URL answers, or in a modal with what they put in so far. */
export type Place = { readonly message: Message; readonly responseUrl: string } | { readonly opened: OpenView; readonly values: FormValues }

/** `options`: what was chosen, where there was something to choose. */
export type Pressed = {
  readonly place: Place
  readonly found: Found
  readonly options: readonly Option[]
  readonly user: User
  readonly triggerId: string
  readonly nowMs: number
}

/** The `block_actions` payload of a press or a choice. An element inside an attachment has the container `message_attachment`; an ephemeral
 *  message is not sent along. Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
export function blockActions({ place, found, options, user, triggerId, nowMs }: Pressed, workspace: Workspace): Record<string, unknown> {
  return {
    type: 'block_actions',
    ...sender(user, workspace),
    trigger_id: triggerId,
    ...('message' in place ? inMessage(place, found, options, workspace) : inView(place, workspace)),
    actions: [{ ...actionOf(found.element, options), block_id: found.blockId, action_ts: (nowMs / 1000).toFixed(6) }],
  }
}

/** What all interactions tell of who acted, and in which workspace and app. */
export function sender(user: User, workspace: Workspace): Record<string, unknown> {
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: workspace.id },
    api_app_id: workspace.app,
    team: { id: workspace.id, domain: workspace.domain },
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** What was chosen, as the value of a field. */
export function choiceValue({ type }: Interactive, options: readonly Option[]): string | string[] | null {
  const chosen = options.map(({ value }) => value)
  return type === 'checkboxes' ? chosen : (chosen[0] ?? null)
}

function inMessage(
  { message, responseUrl }: Extract<Place, { message: unknown }>,
  { element, blockId, attachmentId }: Found,
  options: readonly Option[],
  workspace: Workspace,
): Record<string, unknown> {
  const isEphemeral = message.onlyFor !== undefined
  const channel = channelOf(workspace, message.channel)
  const values = { [blockId]: { [element.action_id ?? '']: choiceValue(element, options) } }
  return {
    container: {
      type: attachmentId === undefined ? 'message' : 'message_attachment',
      message_ts: message.ts,
      ...(attachmentId !== undefined && { attachment_id: attachmentId, is_app_unfurl: false }),
      ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
    },
    channel: { id: message.channel, name: channel?.user === undefined ? channel?.name : 'directmessage' },
    ...(!isEphemeral && { message: toSlack(message, workspace, { metadata: true }) }),
    state: { values: stateOf(blocksIn(message), values) },
    response_url: responseUrl,
  }
}

function inView({ opened, values }: Extract<Place, { opened: unknown }>, workspace: Workspace): Record<string, unknown> {
  return { container: { type: 'view', view_id: opened.id }, view: toSlackView(opened, workspace, values) }
}

function actionOf(element: Interactive, options: readonly Option[]): Record<string, unknown> {
  const { type, action_id } = element
  switch (type) {
    case 'button': {
      const { text, value, style } = element
      return { type, action_id, text, ...(value !== undefined && { value }), ...(style !== undefined && { style }) }
    }
    case 'checkboxes':
      return { type, action_id, selected_options: options }
    case 'static_select':
      return { type, action_id, selected_option: options[0], ...(element.placeholder && { placeholder: element.placeholder }) }
    default:
      return { type, action_id, selected_option: options[0] }
  }
}

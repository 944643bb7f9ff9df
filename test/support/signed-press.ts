import { createHmac } from 'node:crypto'
import type { SignedRequest } from '../../lib/slack/signature.ts'

type Who = { readonly user?: string; readonly workspace?: string; readonly app?: string }

/** `action`: what the button says that it is for. `choice`: an entry of a menu. `more`: what else stands in the payload. */
type Press = Who & {
  readonly value: string
  readonly action?: string
  readonly choice?: string
  readonly channel?: string
  readonly at?: string
  readonly more?: object
}

/** The form of a press in the stand-in's workspace, as Slack sends it. */
export function pressBody(press: Press): string {
  return formOf(pressPayload(press))
}

export function pressPayload({ value, action = 'action', choice, channel = 'C0ALERTS', at = '1.0', more = {}, ...who }: Press): object {
  const common = { action_id: `creance.${action}`, block_id: 'creance.actions', action_ts: at }
  const text = { type: 'plain_text', text: 'x' }
  const menu = { type: 'static_select', selected_option: { text, value: `${value}:${choice}` }, placeholder: text }
  const pressed = choice === undefined ? { type: 'button', value, text } : menu
  return {
    type: 'block_actions',
    ...whoOf(who),
    channel: { id: channel, name: 'alerts' },
    trigger_id: `1.2.${at}`,
    response_url: 'https://hooks.slack.com/actions/T0CREANCE/1/x',
    ...more,
    actions: [{ ...common, ...pressed }],
  }
}

type Submission = Who & {
  readonly metadata: string
  readonly reason?: string
  readonly choice?: string
  readonly view?: string
  readonly values?: object
}

/** The form of a dialog that somebody sends, as Slack sends it. */
export function submissionBody(submission: Submission): string {
  return formOf(submissionPayload(submission))
}

export function submissionPayload({ metadata, reason, choice, view = 'V1', values, ...who }: Submission): object {
  const said = { 'creance.reason': { input: { type: 'plain_text_input', value: reason ?? null } } }
  const chosen = { 'creance.quiet': { input: { type: 'static_select', selected_option: choice === undefined ? null : { value: choice } } } }
  const state = { values: values ?? { ...said, ...(choice === undefined ? {} : chosen) } }
  return {
    type: 'view_submission',
    ...whoOf(who),
    trigger_id: '1.2.3',
    view: { id: view, hash: '1.x', type: 'modal', callback_id: 'creance.dialog', private_metadata: metadata, state },
    response_urls: [],
  }
}

/** `trigger`: Slack gives another with each command that is typed. */
type CommandForm = Who & { readonly text: string; readonly channel?: string; readonly name?: string; readonly trigger?: string }

/** The form of a slash command, as Slack sends it. */
export function commandBody(command: CommandForm): string {
  return new URLSearchParams(commandFields(command)).toString()
}

export function commandFields({
  text,
  channel = 'C0ALERTS',
  user = 'U0ALICE',
  workspace = 'T0CREANCE',
  app = 'A0CREANCE',
  name,
  trigger = `1.2.${++typed}`,
}: CommandForm): Record<string, string> {
  return {
    token: 'x',
    team_id: workspace,
    team_domain: 'x',
    channel_id: channel,
    channel_name: 'alerts',
    user_id: user,
    user_name: name ?? user.slice(2).toLowerCase(),
    command: '/creance',
    text,
    api_app_id: app,
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.com/commands/T0CREANCE/1/x',
    trigger_id: trigger,
  }
}
let typed = 0

function whoOf({ user = 'U0ALICE', workspace = 'T0CREANCE', app = 'A0CREANCE' }: Who): object {
  const name = user.slice(2).toLowerCase()
  return { api_app_id: app, team: { id: workspace, domain: 'x' }, user: { id: user, username: name, name, team_id: workspace } }
}

function formOf(payload: object): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}

/** Signed as Slack signs: this is written from Slack's page, and not with the code that verifies. */
export function sign(rawBody: string, { secret, nowMs }: { readonly secret: string; readonly nowMs: number }): SignedRequest {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${rawBody}`).digest('hex')}`
  return { rawBody, timestamp, signature }
}

export function signedPress(press: Press, by: { readonly secret: string; readonly nowMs: number }): SignedRequest {
  return sign(pressBody(press), by)
}

import { createHmac } from 'node:crypto'
import type { SignedRequest } from '../../lib/slack/signature.ts'

type Press = {
  readonly value: string
  readonly user?: string
  readonly channel?: string
  readonly workspace?: string
  readonly app?: string
  readonly at?: string
}

/** The body of a press in the stand-in's workspace, as Slack sends it. */
export function pressBody({
  value,
  user = 'U0ALICE',
  channel = 'C0ALERTS',
  workspace = 'T0CREANCE',
  app = 'A0CREANCE',
  at = '1.0',
}: Press): string {
  const payload = {
    type: 'block_actions',
    api_app_id: app,
    team: { id: workspace, domain: 'x' },
    channel: { id: channel, name: 'alerts' },
    user: { id: user, username: user.slice(2).toLowerCase(), name: user.slice(2).toLowerCase(), team_id: workspace },
    actions: [{ action_id: 'creance.action', block_id: 'creance.actions', type: 'button', value, action_ts: at }],
  }
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

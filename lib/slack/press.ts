import * as z from 'zod'
import { CodedError } from '../error.ts'

const Id = z.string().regex(/^[A-Z0-9]{1,32}$/, 'expected a Slack id')

/** The part that is read of Slack's `block_actions` payload. Source: Slack, "block_actions payload". */
const BlockActions = z.object({
  type: z.literal('block_actions'),
  api_app_id: Id,
  team: z.object({ id: Id }),
  channel: z.object({ id: Id }),
  user: z.object({ id: Id, name: z.string().max(255).optional(), username: z.string().max(255).optional() }),
  actions: z
    .array(z.object({ action_id: z.string().max(255), value: z.string().max(2000).optional(), action_ts: z.string().max(64) }))
    .min(1),
})

/** One button pressed by one person. `value` is the offer's nonce. */
export type Press = {
  readonly app: string
  readonly workspace: string
  readonly channel: string
  readonly user: { readonly id: string; readonly name: string }
  readonly actionId: string
  readonly value: string
  readonly pressedAt: string
}

/** Reads a verified request body (`payload=` and JSON, form-encoded). Undefined: an interaction of another kind, which needs no answer
 *  but 200. Throws `invalid_input` where it is no interaction at all. */
export function readPress(rawBody: string): Press | undefined {
  const payload = parse(new URLSearchParams(rawBody).get('payload'))
  if (typeof payload !== 'object' || payload === null || !('type' in payload))
    throw new CodedError('invalid_input', 'interaction: payload: expected JSON with a type')
  if (payload.type !== 'block_actions') return undefined
  const parsed = BlockActions.safeParse(payload)
  if (!parsed.success) throw new CodedError('invalid_input', `interaction: ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`)
  const { api_app_id, team, channel, user, actions } = parsed.data
  const [action] = actions
  if (!action) return undefined
  const name = user.username ?? user.name ?? user.id
  return {
    app: api_app_id,
    workspace: team.id,
    channel: channel.id,
    user: { id: user.id, name },
    actionId: action.action_id,
    value: action.value ?? '',
    pressedAt: action.action_ts,
  }
}

function parse(payload: string | null): unknown {
  try {
    return JSON.parse(payload ?? '')
  } catch (cause) {
    throw new CodedError('invalid_input', 'interaction: payload: expected a form field with JSON', { cause })
  }
}

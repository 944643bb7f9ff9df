import * as z from 'zod'
import { type Person, personOf, readAs, SlackId, WHO } from './ids.ts'
import { EchoedMessage } from './pressed-message.ts'
import { readSubmission, type Submission } from './submission.ts'

const Kind = z.object({ type: z.string().max(100) })

const Pressed = z.object({
  type: z.string().max(100),
  action_id: z.string().max(255),
  action_ts: z.string().max(64),
  value: z.string().max(2000).optional(),
  selected_option: z.object({ value: z.string().max(200) }).nullish(),
})

/** The part that is read of Slack's `block_actions` payload. Source: Slack, "block_actions payload". */
const BlockActions = z.object({
  ...WHO,
  channel: z.object({ id: SlackId }),
  actions: z.array(Pressed).min(1).max(100),
  trigger_id: z.string().max(500).optional(),
  response_url: z.string().max(1000).optional(),
  message: EchoedMessage.optional().catch(undefined),
})

/** One button or menu pressed by one person. `action`: what it is for, by its `action_id`; undefined where that is none of ours. `nonce`: the
 *  offer's. `choice`: which entry of a menu. `id`: another with each press. */
export type Press = Person & {
  readonly kind: 'press'
  readonly channel: string
  readonly id: string
  readonly action: string | undefined
  readonly nonce: string
  readonly choice: string | undefined
  readonly triggerId: string | undefined
  readonly responseUrl: string | undefined
  readonly message: EchoedMessage | undefined
}

/** What Slack sends by itself, and which needs no answer but 200. */
export type Ignored = { readonly kind: 'ignored' }
export type Interaction = Press | Submission | Ignored

/** Buttons that only open an address: Slack says so all the same. */
const LINKS = 'creance.open'
/** `creance.isolate`; where several of one action stand in a block, with a number after it. */
const ACTION_ID = /^creance\.([a-z_]{1,40})(?:[.#:-]\d{1,3})?$/

/** Reads an interaction's JSON. Throws `invalid_input` where it is none. */
export function readInteraction(payload: unknown): Interaction {
  const { type } = readAs(Kind, payload)
  if (type === 'view_submission') return readSubmission(payload)
  return type === 'block_actions' && !isInView(payload) ? readPress(payload) : { kind: 'ignored' }
}

function readPress(payload: unknown): Press | Ignored {
  const read = readAs(BlockActions, payload)
  const [pressed] = read.actions
  if (!pressed || pressed.action_id === LINKS || pressed.action_id.startsWith(`${LINKS}.`)) return { kind: 'ignored' }
  const chosen = pressed.selected_option?.value
  const at = chosen?.lastIndexOf(':') ?? -1
  return {
    kind: 'press',
    ...personOf(read),
    channel: read.channel.id,
    id: pressed.action_ts,
    action: ACTION_ID.exec(pressed.action_id)?.[1],
    nonce: chosen === undefined ? (pressed.value ?? '') : chosen.slice(0, Math.max(at, 0)),
    choice: chosen?.slice(at + 1),
    triggerId: read.trigger_id,
    responseUrl: read.response_url,
    message: read.message,
  }
}

/** What is pressed inside a modal is read when that is submitted. */
function isInView(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && Object.hasOwn(payload, 'view') && !Object.hasOwn(payload, 'message')
}

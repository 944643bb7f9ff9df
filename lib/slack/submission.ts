import * as z from 'zod'
import { type Person, personOf, readAs, SlackId, WHO } from './ids.ts'

/** What a modal carries from the press that opened it to its submission: which offer, for whom, where the message stands, and what of the incident was
 *  `shown` (response/shown.ts). */
export const DialogMark = z.object({
  nonce: z.string().max(64),
  action: z.string().max(40),
  channel: SlackId,
  ts: z.string().max(64).optional(),
  user: SlackId,
  shown: z.string().max(64).optional(),
})
export type DialogMark = z.infer<typeof DialogMark>

/** The blocks of a modal that are filled in: what of it is read, by block id. */
export const REASON = 'creance.reason'
export const QUIET = 'creance.quiet'
export const INPUT = 'input'
export const MAX_REASON = 500

const Text = z.object({
  [INPUT]: z.object({
    value: z
      .string()
      .max(MAX_REASON * 2)
      .nullish(),
  }),
})
const Choice = z.object({ [INPUT]: z.object({ selected_option: z.object({ value: z.string().max(20) }).nullish() }) })

/** The part that is read of Slack's `view_submission` payload. Source: Slack, "View interactions payloads". */
const ViewSubmission = z.object({
  ...WHO,
  view: z.object({
    id: z.string().max(100),
    hash: z.string().max(100).default(''),
    callback_id: z.string().max(255),
    private_metadata: z.string().max(3000),
    state: z.object({ values: z.object({ [REASON]: Text.optional(), [QUIET]: Choice.optional() }) }),
  }),
})

/** A modal that somebody sent. `id`: another with each sending. `mark`: undefined where it is none of our modals. */
export type Submission = Person & {
  readonly kind: 'submission'
  readonly id: string
  readonly mark: DialogMark | undefined
  readonly reason: string
  readonly choice: string | undefined
}

export function readSubmission(payload: unknown): Submission {
  const read = readAs(ViewSubmission, payload)
  const { id, hash, private_metadata, state } = read.view
  return {
    kind: 'submission',
    ...personOf(read),
    id: `${id}.${hash}`,
    mark: markFrom(private_metadata),
    reason: state.values[REASON]?.[INPUT].value?.trim() ?? '',
    choice: state.values[QUIET]?.[INPUT].selected_option?.value,
  }
}

function markFrom(text: string): DialogMark | undefined {
  try {
    return DialogMark.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

import * as z from 'zod'
import { sender } from '../interaction.ts'
import { checkView } from '../limits.ts'
import { type AppAnswer, jsonOf, type SendSettings, sendInteraction } from '../send.ts'
import type { State } from '../state.ts'
import { findUser } from '../workspace.ts'
import { FormValues, missingOf, strangeValue } from './form.ts'
import { type OpenView, toSlackView } from './view.ts'

/** What a person submits: the modal that they see, and its fields. */
export const Submission = z.object({ user: z.string(), view_id: z.string(), values: FormValues.default({}) })
export type Submission = z.infer<typeof Submission>

/** What came of it. `incomplete`: a field is not filled in as it must be, so nothing was sent; `errors`: what the app says, by block id;
 *  `done`: the modal closed, or shows another view; `failed`: the app gave no answer in time, or none that Slack understands. */
export type SubmitResult =
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'incomplete'; readonly errors: Readonly<Record<string, string>> }
  | { readonly outcome: 'errors'; readonly errors: Readonly<Record<string, string>>; readonly answer: AppAnswer }
  | { readonly outcome: 'done' | 'failed'; readonly answer: AppAnswer }

/** What an app may answer. Source: docs.slack.dev/surfaces/modals. */
const Answer = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1)) }),
  z.object({ response_action: z.enum(['update', 'push']), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
])

/** Sends the `view_submission`, and does with the modal what the app answers. Never throws for what the app does. */
export async function submit({ user: id, view_id, values }: Submission, state: State, settings: SendSettings): Promise<SubmitResult> {
  const user = findUser(state.workspace, id)
  const opened = state.views.of(id).at(-1)
  if (!user || opened?.id !== view_id) return { outcome: 'refused', why: 'no such modal' }
  const { blocks } = opened.view
  if (strangeValue(blocks, values) !== undefined) return { outcome: 'refused', why: 'no such field' }
  const errors = missingOf(blocks, values)
  if (Object.keys(errors).length > 0) return { outcome: 'incomplete', errors }
  const payload = {
    type: 'view_submission',
    ...sender(user, state.workspace),
    trigger_id: state.triggers.issue({ user: user.id, viewId: opened.id }),
    view: toSlackView(opened, state.workspace, values),
    response_urls: [],
  }
  const answer = await sendInteraction(payload, settings)
  return answer.outcome === 'answered' && answer.status === 200 ? follow(answer, opened, state) : { outcome: 'failed', answer }
}

function follow(answer: Extract<AppAnswer, { outcome: 'answered' }>, { id, view }: OpenView, { views }: State): SubmitResult {
  if (answer.body === '') {
    views.close(id, 'view')
    return { outcome: 'done', answer }
  }
  const parsed = Answer.safeParse(jsonOf(answer))
  if (!parsed.success) return { outcome: 'failed', answer }
  const { data } = parsed
  if (data.response_action === 'clear') {
    views.close(id, 'stack')
    return { outcome: 'done', answer }
  }
  if (data.response_action === 'errors') {
    const fields = new Set(view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id))
    const fits = Object.keys(data.errors).length > 0 && Object.keys(data.errors).every((blockId) => fields.has(blockId))
    return fits ? { outcome: 'errors', errors: data.errors, answer } : { outcome: 'failed', answer }
  }
  const checked = checkView(data.view)
  if ('problems' in checked) return { outcome: 'failed', answer }
  const shown = data.response_action === 'push' ? views.push(id, checked.view) : views.update(id, checked.view)
  return { outcome: shown && !('error' in shown) ? 'done' : 'failed', answer }
}

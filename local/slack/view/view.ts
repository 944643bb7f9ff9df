import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { ViewBlock, withIds } from '../block/block.ts'
import { PlainText } from '../block/text.ts'
import { botId, type Workspace } from '../workspace.ts'
import { type FormValues, stateOf } from './form.ts'

/** A modal as an app gives it. Limits: @slack/types, views. */
export const ModalView = z
  .strictObject({
    type: z.literal('modal'),
    title: PlainText(24),
    submit: PlainText(24).optional(),
    close: PlainText(24).optional(),
    blocks: z.array(ViewBlock).max(100),
    private_metadata: z.string().max(3000).optional(),
    callback_id: z.string().max(255).optional(),
    external_id: z.string().max(255).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  })
  .refine(({ blocks, submit }) => submit !== undefined || blocks.every(({ type }) => type !== 'input'), {
    message: 'missing required field: submit',
  })
export type ModalView = z.infer<typeof ModalView>

/** A modal that somebody has before them. `hash` changes with each update; `previousId` is the view that it was pushed onto. */
export type OpenView = {
  readonly id: string
  readonly user: string
  readonly hash: string
  readonly rootId: string
  readonly previousId: string | null
  readonly view: ModalView
}

export function named(view: ModalView): ModalView {
  return { ...view, blocks: view.blocks.map((block) => withIds(block, () => randomBytes(4).toString('base64url').slice(0, 5))) }
}

/** A view in Slack's own form, as `views.*` answers it and payloads carry it; `values` are what the person put in so far. */
export function toSlackView({ id, hash, rootId, previousId, view }: OpenView, workspace: Workspace, values: FormValues = {}) {
  return {
    id,
    team_id: workspace.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    state: { values: stateOf(view.blocks, values) },
    hash,
    title: view.title,
    clear_on_close: view.clear_on_close ?? false,
    notify_on_close: view.notify_on_close ?? false,
    close: view.close ?? null,
    submit: view.submit ?? null,
    previous_view_id: previousId,
    root_view_id: rootId,
    app_id: workspace.app,
    external_id: view.external_id ?? '',
    app_installed_team_id: workspace.id,
    bot_id: botId(workspace),
  }
}

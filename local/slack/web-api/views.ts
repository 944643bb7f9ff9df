import * as z from 'zod'
import { checkView } from '../limits.ts'
import type { State } from '../state.ts'
import { type ModalView, toSlackView } from '../view/view.ts'
import { type Failure, failed } from './answer.ts'
import { fromJson, method, Word } from './method.ts'

const MAX_VIEW = 250_000

/** Shows a modal to whoever the trigger was given for. Errors: invalid_arguments, view_too_large, duplicate_external_id, and
 *  `invalid_`, `exchanged_` and `expired_trigger_id`. */
export const open = method(z.object({ trigger_id: Word, view: z.unknown() }), (args, state) => {
  const parsed = parseView(args.view, state)
  if ('error' in parsed) return parsed
  const triggered = state.triggers.exchange(args.trigger_id ?? '')
  if ('error' in triggered) return failed(triggered.error)
  return { ok: true, view: toSlackView(state.views.open(triggered.user, parsed.view), state.workspace) }
})

/** The same, on top of the modal in which the trigger was given. Errors also: not_found, push_limit_reached. */
export const push = method(z.object({ trigger_id: Word, view: z.unknown() }), (args, state) => {
  const parsed = parseView(args.view, state)
  if ('error' in parsed) return parsed
  const triggered = state.triggers.exchange(args.trigger_id ?? '')
  if ('error' in triggered) return failed(triggered.error)
  const pushed = state.views.push(triggered.viewId ?? '', parsed.view)
  return 'error' in pushed ? failed(pushed.error) : { ok: true, view: toSlackView(pushed, state.workspace) }
})

/** Shows another view in the place of an open one. Errors also: not_found; hash_conflict, where it changed since `hash`. */
export const update = method(z.object({ view_id: Word, external_id: Word, hash: Word, view: z.unknown() }), (args, state) => {
  const opened = args.view_id === undefined ? state.views.findExternal(args.external_id ?? '') : state.views.find(args.view_id)
  const parsed = parseView(args.view, state, opened?.id)
  if ('error' in parsed) return parsed
  if (!opened) return failed('not_found')
  if (args.hash !== undefined && args.hash !== opened.hash) return failed('hash_conflict')
  const updated = state.views.update(opened.id, parsed.view)
  return updated ? { ok: true, view: toSlackView(updated, state.workspace) } : failed('not_found')
})

function parseView(argument: unknown, { views }: State, replacing?: string): Failure | { readonly view: ModalView } {
  const value = fromJson(argument)
  if (value !== undefined && JSON.stringify(value).length > MAX_VIEW) return failed('view_too_large')
  const checked = checkView(value)
  if ('problems' in checked) return failed('invalid_arguments', checked.problems)
  const same = checked.view.external_id ? views.findExternal(checked.view.external_id) : undefined
  return same && same.id !== replacing ? failed('duplicate_external_id') : checked
}

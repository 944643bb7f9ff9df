import * as z from 'zod'
import { interactiveOf } from './block/block.ts'
import { type Interactive, optionsOf } from './block/element.ts'
import type { Option } from './block/option.ts'
import { blockActions, choiceValue, type Place } from './interaction.ts'
import { type Found, interactiveIn } from './message.ts'
import { type AppAnswer, type SendSettings, sendInteraction } from './send.ts'
import type { State } from './state.ts'
import { FormValues, strangeValue } from './view/form.ts'
import { channelOf, findUser, mayRead, type User } from './workspace.ts'

const Element = {
  user: z.string(),
  action_id: z.string(),
  block_id: z.string().optional(),
  value: z.string().nullable().optional(),
  option: z.string().optional(),
  options: z.array(z.string()).optional(),
}

/** A press on the first element with this `action_id`, of a message or of an open modal. `block_id` and a button's `value`, when given, must
 *  be the element's too; `option` (for checkboxes `options`) is the value of what was chosen in a menu. */
export const Press = z.union([
  z.object({ ...Element, channel: z.string(), ts: z.string() }),
  z.object({ ...Element, view_id: z.string(), values: FormValues.default({}) }),
])
export type Press = z.infer<typeof Press>

/** What came of a press. `refused`: there is no such user, or nothing to press on a message or modal that this user sees. */
export type PressResult = AppAnswer | { readonly outcome: 'refused'; readonly why: string }

type Refused = { readonly refused: string }

/** Sends the press to the app, as Slack would. Never throws for what the app does. */
export async function press(request: Press, state: State, settings: SendSettings): Promise<PressResult> {
  const user = findUser(state.workspace, request.user)
  if (!user) return { outcome: 'refused', why: 'no such user' }
  const where = 'view_id' in request ? inView(request, user, state) : inMessage(request, user, state, settings)
  if ('refused' in where) return { outcome: 'refused', why: where.refused }
  const found = where.elements.find(
    ({ element, blockId }) =>
      element.action_id === request.action_id &&
      (request.block_id === undefined || blockId === request.block_id) &&
      (request.value === undefined || (buttonValue(element) ?? null) === request.value),
  )
  if (!found) return { outcome: 'refused', why: 'no such button' }
  const options = chosenOf(found.element, request)
  if (!options) return { outcome: 'refused', why: 'no such option' }
  const place = where.place(found, options)
  const triggerId = state.triggers.issue({ user: user.id, viewId: 'view_id' in request ? request.view_id : undefined })
  const pressed = { place, found, options, user, triggerId, nowMs: settings.clock() }
  return sendInteraction(blockActions(pressed, state.workspace), settings)
}

/** What can be pressed, and, once it is, where that is. */
type Where = { readonly elements: readonly Found[]; readonly place: (found: Found, options: readonly Option[]) => Place }

function inMessage(
  { channel, ts }: { readonly channel: string; readonly ts: string },
  user: User,
  { workspace, messages, responseUrls }: State,
  { baseUrl }: SendSettings,
): Where | Refused {
  const message = messages.find(channel, ts)
  const isHidden = message?.onlyFor !== undefined && message.onlyFor !== user.id
  if (!message || isHidden || !mayRead(channelOf(workspace, channel), user.id)) return { refused: 'no such message' }
  const responseUrl = () => `${baseUrl}/actions/${workspace.id}/${workspace.app}/${responseUrls.open(message, user.id)}`
  return { elements: interactiveIn(message), place: () => ({ message, responseUrl: responseUrl() }) }
}

function inView(
  { view_id, values }: { readonly view_id: string; readonly values: FormValues },
  user: User,
  { views }: State,
): Where | Refused {
  const opened = views.of(user.id).at(-1)
  if (opened?.id !== view_id) return { refused: 'no such modal' }
  const { blocks } = opened.view
  if (strangeValue(blocks, values) !== undefined) return { refused: 'no such field' }
  const elements = blocks.flatMap((block) => interactiveOf(block).map((element) => ({ element, blockId: block.block_id ?? '' })))
  return { elements, place: (found, options) => ({ opened, values: withChoice(values, found, options) }) }
}

/** What was put in, and what was just chosen. */
function withChoice(values: FormValues, { element, blockId }: Found, options: readonly Option[]): FormValues {
  if (element.type === 'button' || element.type === 'overflow') return values
  return { ...values, [blockId]: { ...values[blockId], [element.action_id ?? '']: choiceValue(element, options) } }
}

function buttonValue(element: Interactive): string | undefined {
  return element.type === 'button' ? element.value : undefined
}

/** What was chosen; nothing on a button. Undefined where the element does not offer it, or something had to be chosen. */
function chosenOf(element: Interactive, { option, options = [] }: Pick<Press, 'option' | 'options'>): readonly Option[] | undefined {
  if (element.type === 'button') return option === undefined && options.length === 0 ? [] : undefined
  const wanted = element.type === 'checkboxes' ? options : option === undefined ? [] : [option]
  const offered = optionsOf(element)
  const chosen = wanted.flatMap((value) => offered.find((candidate) => candidate.value === value) ?? [])
  return chosen.length === wanted.length && (element.type === 'checkboxes' || chosen.length === 1) ? chosen : undefined
}

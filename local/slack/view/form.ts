import * as z from 'zod'
import { interactiveOf, type ViewBlock } from '../block/block.ts'
import { type InputElement, type Interactive, optionsOf } from '../block/element.ts'
import type { Option } from '../block/option.ts'

/** What a person put into a form, by block id and action id: a text, the value of an option, the values of some, or nothing. */
export const FormValues = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])))
export type FormValues = z.infer<typeof FormValues>

type Stateful = Exclude<InputElement | Interactive, { type: 'button' | 'overflow' }>
type Given = FormValues[string][string] | undefined

/** The fields of a block that hold something: those of input blocks, and what can be chosen in other blocks. */
function statefulOf(block: ViewBlock): Stateful[] {
  if (block.type === 'input') return [block.element]
  return interactiveOf(block).filter(
    (element): element is Stateful & Interactive => element.type !== 'button' && element.type !== 'overflow',
  )
}

/** Slack's `state.values`: each field with what was put in, or what it began with. */
export function stateOf(blocks: readonly ViewBlock[], values: FormValues): Record<string, Record<string, Record<string, unknown>>> {
  const filled = blocks.filter((block) => statefulOf(block).length > 0)
  return Object.fromEntries(
    filled.map((block) => [
      block.block_id,
      Object.fromEntries(statefulOf(block).map((element) => [element.action_id, fieldState(element, given(values, block, element))])),
    ]),
  )
}

/** What keeps a form from being sent, by block id: Slack's client does not send it either. Throws nothing. */
export function missingOf(blocks: readonly ViewBlock[], values: FormValues): Record<string, string> {
  return Object.fromEntries(
    blocks.flatMap((block) => {
      if (block.type !== 'input') return []
      const problem = missing(block.element, block.optional ?? false, given(values, block, block.element))
      return problem === undefined ? [] : [[block.block_id ?? '', problem]]
    }),
  )
}

/** The first value that belongs to no field, or that its field does not offer: no page sends such. */
export function strangeValue(blocks: readonly ViewBlock[], values: FormValues): string | undefined {
  const wrong = Object.entries(values).flatMap(([blockId, fields]) =>
    Object.entries(fields)
      .filter(([actionId, value]) => {
        const block = blocks.find(({ block_id }) => block_id === blockId)
        const element = block && statefulOf(block).find(({ action_id }) => action_id === actionId)
        return !element || !takes(element, value)
      })
      .map(([actionId]) => `${blockId}/${actionId}`),
  )
  return wrong[0]
}

function given(values: FormValues, { block_id = '' }: ViewBlock, { action_id = '' }: Stateful): Given {
  const fields = Object.hasOwn(values, block_id) ? values[block_id] : undefined
  return fields && Object.hasOwn(fields, action_id) ? fields[action_id] : undefined
}

function takes(element: Stateful, value: Given): boolean {
  if (element.type === 'checkboxes') return Array.isArray(value) && chosen(element, value).length === value.length
  if (value === null) return true
  if (typeof value !== 'string') return false
  return element.type === 'plain_text_input' || chosen(element, [value]).length === 1
}

function chosen(element: Exclude<Stateful, { type: 'plain_text_input' }>, values: readonly string[]): Option[] {
  return values.flatMap((value) => optionsOf(element).find((option) => option.value === value) ?? [])
}

function fieldState(element: Stateful, value: Given): Record<string, unknown> {
  const { type } = element
  if (type === 'plain_text_input') return { type, value: textOf(element, value) }
  if (type === 'checkboxes')
    return { type, selected_options: Array.isArray(value) ? chosen(element, value) : (element.initial_options ?? []) }
  const selected = typeof value === 'string' ? chosen(element, [value])[0] : value === undefined ? element.initial_option : undefined
  return { type, selected_option: selected ?? null }
}

function textOf(element: Extract<Stateful, { type: 'plain_text_input' }>, value: Given): string | null {
  return (typeof value === 'string' ? value : value === undefined ? element.initial_value : undefined) || null
}

function missing(element: InputElement, optional: boolean, value: Given): string | undefined {
  const state = fieldState(element, value)
  const isEmpty = Object.entries(state).every(
    ([key, held]) => key === 'type' || held === null || (Array.isArray(held) && held.length === 0),
  )
  if (isEmpty) return optional ? undefined : 'Please complete this required field.'
  if (element.type !== 'plain_text_input') return undefined
  const { length } = textOf(element, value) ?? ''
  const { min_length: least = 0, max_length: most = 3000 } = element
  if (length < least) return `Please enter at least ${least} characters.`
  return length > most ? `Please enter no more than ${most} characters.` : undefined
}

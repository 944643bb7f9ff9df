import * as z from 'zod'
import { Button, Checkboxes, ImageElement, InputElement, Interactive, Overflow, RadioButtons, StaticSelect } from './element.ts'
import { RichTextElement } from './rich-text.ts'
import { HttpUrl, Identifier, Mrkdwn, PlainText, Text } from './text.ts'

const block_id = Identifier.optional()

const Section = z
  .strictObject({
    type: z.literal('section'),
    block_id,
    text: Text(3000).optional(),
    fields: z.array(Text(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion('type', [Button, StaticSelect, Overflow, RadioButtons, Checkboxes, ImageElement]).optional(),
    expand: z.boolean().optional(),
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, { message: 'missing required field: text or fields' })

const BLOCKS = [
  Section,
  z.strictObject({ type: z.literal('header'), block_id, text: PlainText(150) }),
  z.strictObject({ type: z.literal('divider'), block_id }),
  z.strictObject({
    type: z.literal('context'),
    block_id,
    elements: z
      .array(z.discriminatedUnion('type', [PlainText(3000), Mrkdwn(3000), ImageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('actions'), block_id, elements: z.array(Interactive).min(1).max(25) }),
  z.strictObject({
    type: z.literal('image'),
    block_id,
    image_url: HttpUrl,
    alt_text: z.string().min(1).max(2000),
    title: PlainText(2000).optional(),
  }),
  z.strictObject({ type: z.literal('rich_text'), block_id, elements: z.array(RichTextElement) }),
] as const

const Input = z.strictObject({
  type: z.literal('input'),
  block_id,
  label: PlainText(2000),
  element: InputElement,
  hint: PlainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.literal(false).optional(),
})
export type InputBlock = z.infer<typeof Input>

/** The blocks of a message that the page draws. Slack has more; here they are an unsupported type. Unknown keys are refused, as Slack
 *  refuses them. */
export const SlackBlock = z.discriminatedUnion('type', BLOCKS)
export type SlackBlock = z.infer<typeof SlackBlock>

/** The blocks of a modal: the same, and the fields of a form. */
export const ViewBlock = z.discriminatedUnion('type', [...BLOCKS, Input])
export type ViewBlock = z.infer<typeof ViewBlock>

/** What can be pressed or chosen from in a block, in order; the field of an input block is not, since it waits for the submission. */
export function interactiveOf(block: ViewBlock): Interactive[] {
  if (block.type === 'actions') return block.elements
  if (block.type !== 'section' || block.accessory === undefined || block.accessory.type === 'image') return []
  return [block.accessory]
}

/** Gives ids to a block and its elements where they came without, as Slack does when it stores them. */
export function withIds<B extends ViewBlock>(block: B, freshId: () => string): B {
  const named = <E extends Interactive | InputElement>(element: E): E => ({ ...element, action_id: element.action_id ?? freshId() })
  const own = { ...block, block_id: block.block_id ?? freshId() }
  if (own.type === 'actions') return { ...own, elements: own.elements.map(named) }
  if (own.type === 'input') return { ...own, element: named(own.element) }
  if (own.type === 'section' && own.accessory && own.accessory.type !== 'image') return { ...own, accessory: named(own.accessory) }
  return own
}

import * as z from 'zod'

const Identifier = z.string().min(1).max(255)
const PlainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() })
const Mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() })
const Text = (max: number) => z.discriminatedUnion('type', [PlainText(max), Mrkdwn(max)])
const Style = z.enum(['primary', 'danger'])
const HttpUrl = z.url({ protocol: /^https?$/ }).max(3000)

const Confirm = z.strictObject({
  title: PlainText(100).optional(),
  text: Text(300),
  confirm: PlainText(30).optional(),
  deny: PlainText(30).optional(),
  style: Style.optional(),
})

/** Limits: platform-facts §5, which has them from @slack/types. */
export const Button = z.strictObject({
  type: z.literal('button'),
  text: PlainText(75),
  action_id: Identifier.optional(),
  value: z.string().max(2000).optional(),
  url: HttpUrl.optional(),
  style: Style.optional(),
  confirm: Confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
})
export type Button = z.infer<typeof Button>

const ImageElement = z.strictObject({ type: z.literal('image'), image_url: HttpUrl, alt_text: z.string().min(1).max(2000) })
const block_id = Identifier.optional()

const Section = z
  .strictObject({
    type: z.literal('section'),
    block_id,
    text: Text(3000).optional(),
    fields: z.array(Text(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion('type', [Button, ImageElement]).optional(),
    expand: z.boolean().optional(),
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, { message: 'missing required field: text or fields' })

/** The blocks that the page draws. Slack has more; here they are an unsupported type. Unknown keys are refused, as Slack refuses them. */
export const SlackBlock = z.discriminatedUnion('type', [
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
  z.strictObject({
    type: z.literal('actions'),
    block_id,
    elements: z
      .array(z.discriminatedUnion('type', [Button]))
      .min(1)
      .max(25),
  }),
  z.strictObject({
    type: z.literal('image'),
    block_id,
    image_url: HttpUrl,
    alt_text: z.string().min(1).max(2000),
    title: PlainText(2000).optional(),
  }),
])
export type SlackBlock = z.infer<typeof SlackBlock>

/** The buttons of a block, in order; none for a block that has none. */
export function buttonsOf(block: SlackBlock): Button[] {
  if (block.type === 'actions') return block.elements
  return block.type === 'section' && block.accessory?.type === 'button' ? [block.accessory] : []
}

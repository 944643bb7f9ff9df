import * as z from 'zod'
import { HttpUrl } from './text.ts'

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    underline: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional()
const border = z.union([z.literal(0), z.literal(1)]).optional()

const TextPart = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(12_000), style })
const LinkPart = z.strictObject({
  type: z.literal('link'),
  url: HttpUrl,
  text: z.string().max(3000).optional(),
  unsafe: z.boolean().optional(),
  style,
})

const Part = z.discriminatedUnion('type', [
  TextPart,
  LinkPart,
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({ type: z.literal('emoji'), name: z.string().min(1).max(100), unicode: z.string().optional(), style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int().min(0),
    format: z.string().min(1),
    url: HttpUrl.optional(),
    fallback: z.string().optional(),
    style,
  }),
])

const Section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(Part) })

/** The elements of a `rich_text` block: text whose styles are data, so that nothing in it can be markup. Source: @slack/types. */
export const RichTextElement = z.discriminatedUnion('type', [
  Section,
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [TextPart, LinkPart])),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(Part), border }),
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(Section),
    indent: z.number().int().min(0).max(8).optional(),
    offset: z.number().int().min(0).optional(),
    border,
  }),
])

import * as z from 'zod'

export const Identifier = z.string().min(1).max(255)
export const HttpUrl = z.url({ protocol: /^https?$/ }).max(3000)

export const PlainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() })
export const Mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() })
export const Text = (max: number) => z.discriminatedUnion('type', [PlainText(max), Mrkdwn(max)])

export const Style = z.enum(['primary', 'danger'])

export const Confirm = z.strictObject({
  title: PlainText(100).optional(),
  text: Text(300),
  confirm: PlainText(30).optional(),
  deny: PlainText(30).optional(),
  style: Style.optional(),
})

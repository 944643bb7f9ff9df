import * as z from 'zod'
import { HttpUrl, PlainText, Text } from './text.ts'

const value = z.string().min(1).max(150)

/** What a select menu offers. */
export const PlainOption = z.strictObject({ text: PlainText(75), value, description: PlainText(75).optional() })

/** What radio buttons and checkboxes offer. */
export const TextOption = z.strictObject({ text: Text(75), value, description: Text(75).optional() })

/** What an overflow menu offers: it may lead elsewhere. */
export const LinkOption = PlainOption.extend({ url: HttpUrl.optional() })

export type Option = z.infer<typeof TextOption> | z.infer<typeof LinkOption>

/** Whether what is selected at first is among what is offered. */
export function offers(options: readonly Option[], selected: Option | undefined): boolean {
  return selected === undefined || options.some((option) => option.value === selected.value && option.text.text === selected.text.text)
}

import * as z from 'zod'
import { LinkOption, type Option, offers, PlainOption, TextOption } from './option.ts'
import { Confirm, HttpUrl, Identifier, PlainText, Style } from './text.ts'

const action_id = Identifier.optional()
const confirm = Confirm.optional()
const focus_on_load = z.boolean().optional()
const NOT_OFFERED = 'must be one of the options'

/** Limits of this file: @slack/types, block-elements and composition-objects. */
export const Button = z.strictObject({
  type: z.literal('button'),
  text: PlainText(75),
  action_id,
  value: z.string().max(2000).optional(),
  url: HttpUrl.optional(),
  style: Style.optional(),
  confirm,
  accessibility_label: z.string().max(75).optional(),
})
export type Button = z.infer<typeof Button>

const SelectOptions = z.array(PlainOption).min(1).max(100)

export const StaticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id,
    placeholder: PlainText(150).optional(),
    options: SelectOptions.optional(),
    option_groups: z
      .array(z.strictObject({ label: PlainText(75), options: SelectOptions }))
      .min(1)
      .max(100)
      .optional(),
    initial_option: PlainOption.optional(),
    confirm,
    focus_on_load,
  })
  .refine(({ options, option_groups }) => (options === undefined) !== (option_groups === undefined), {
    message: 'must provide either options or option_groups',
  })
  .refine((select) => offers(optionsOf(select), select.initial_option), { message: NOT_OFFERED, path: ['initial_option'] })

export const Overflow = z.strictObject({ type: z.literal('overflow'), action_id, options: z.array(LinkOption).min(1).max(5), confirm })

export const RadioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    action_id,
    options: z.array(TextOption).min(1).max(10),
    initial_option: TextOption.optional(),
    confirm,
    focus_on_load,
  })
  .refine(({ options, initial_option }) => offers(options, initial_option), { message: NOT_OFFERED, path: ['initial_option'] })

export const Checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    action_id,
    options: z.array(TextOption).min(1).max(10),
    initial_options: z.array(TextOption).min(1).max(10).optional(),
    confirm,
    focus_on_load,
  })
  .refine(({ options, initial_options = [] }) => initial_options.every((option) => offers(options, option)), {
    message: NOT_OFFERED,
    path: ['initial_options'],
  })

export const PlainTextInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    action_id,
    placeholder: PlainText(150).optional(),
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.number().int().min(0).max(3000).optional(),
    max_length: z.number().int().min(1).max(3000).optional(),
    focus_on_load,
  })
  .refine(({ min_length = 0, max_length = 3000 }) => min_length <= max_length, {
    message: 'must be no less than min_length',
    path: ['max_length'],
  })

export const ImageElement = z.strictObject({ type: z.literal('image'), image_url: HttpUrl, alt_text: z.string().min(1).max(2000) })

/** What a person can press or choose from, outside of an input block. */
export const Interactive = z.discriminatedUnion('type', [Button, StaticSelect, Overflow, RadioButtons, Checkboxes])
export type Interactive = z.infer<typeof Interactive>

/** What an input block asks with. */
export const InputElement = z.discriminatedUnion('type', [PlainTextInput, StaticSelect, RadioButtons, Checkboxes])
export type InputElement = z.infer<typeof InputElement>

type Choice = {
  readonly options?: readonly Option[] | undefined
  readonly option_groups?: readonly { options: readonly Option[] }[] | undefined
}

/** Everything that a choice offers, in order. */
export function optionsOf({ options, option_groups = [] }: Choice): readonly Option[] {
  return options ?? option_groups.flatMap((group) => group.options)
}

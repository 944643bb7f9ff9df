// @ts-check
import { choicesSet, optionsOf } from './controls.js'
import { element } from './element.js'
import { textView } from './mrkdwn-view.js'

/** @typedef {import('./mrkdwn-view.js').Names} Names */
/** @typedef {import('./controls.js').Choice} Choice */
/** @typedef {{type: 'plain_text_input', action_id: string, placeholder?: import('./mrkdwn-view.js').Text, initial_value?: string,
 *    multiline?: boolean, min_length?: number, max_length?: number, focus_on_load?: boolean}} TextInput */
/** @typedef {TextInput | (Choice & {focus_on_load?: boolean})} Field */
/** @typedef {string | string[] | null} Value */

/** The field of an input block, with its label, hint and what is wrong with it. `value`: undefined for what it begins with.
 *  @param {import('./blocks.js').Block} block @param {Value | undefined} value @param {string | undefined} problem @param {Names} names */
export function fieldView(block, value, problem, names) {
  const field = /** @type {Field} */ (block.element)
  const key = `${block.block_id}/${field.action_id}`
  const ids = { label: `label ${key}`, hint: `hint ${key}`, problem: `problem ${key}` }
  const [labelId, hintId, problemId] = Object.values(ids).map((id) => encodeURIComponent(id))
  const described = [problem === undefined ? [] : [problemId], block.hint ? [hintId] : []].flat().join(' ')
  const attributes = {
    'data-control': key,
    'data-focus': field.focus_on_load === true,
    'aria-labelledby': labelId,
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': problem === undefined ? undefined : 'true',
  }
  return element(
    'div',
    { class: problem === undefined ? 'field' : 'field wrong', 'data-block': block.block_id },
    element(
      'p',
      { class: 'label', id: labelId },
      ...(block.label ? textView(block.label, names) : []),
      block.optional ? element('span', { class: 'optional' }, ' (optional)') : undefined,
    ),
    inputView(field, value, { ...attributes, 'aria-required': block.optional || field.type === 'checkboxes' ? undefined : 'true' }, names),
    problem === undefined ? undefined : element('p', { class: 'problem', id: problemId }, problem),
    block.hint && element('p', { class: 'hint', id: hintId }, ...textView(block.hint, names)),
  )
}

/** What stands in the field of an input block that is drawn in `body`.
 *  @param {HTMLElement} body @param {import('./blocks.js').Block} block @returns {Value} */
export function readField(body, block) {
  const field = /** @type {Field} */ (block.element)
  const key = `${block.block_id}/${field.action_id}`
  const made = body.querySelector(`[data-control="${CSS.escape(key)}"]`)
  if (made instanceof HTMLInputElement || made instanceof HTMLTextAreaElement || made instanceof HTMLSelectElement)
    return made.value || null
  const inputs = [...(made?.querySelectorAll('input') ?? [])]
  const values = optionsOf(/** @type {Choice} */ (field)).flatMap(({ value }, at) => (inputs[at]?.checked ? [value] : []))
  return field.type === 'checkboxes' ? values : (values[0] ?? null)
}

/** @param {Field} field @param {Value | undefined} value @param {Record<string, string | boolean | undefined>} attributes @param {Names} names */
function inputView(field, value, attributes, names) {
  if (field.type === 'plain_text_input') return textInput(field, value, attributes)
  if (field.type === 'static_select') return selectInput(field, value, attributes, names)
  const initial = field.type === 'radio_buttons' ? [field.initial_option] : (field.initial_options ?? [])
  const chosen = value === undefined ? initial.map((option) => option?.value) : [value ?? undefined].flat()
  const { 'aria-required': required, 'aria-invalid': invalid, ...rest } = attributes
  const extra = field.type === 'radio_buttons' ? { 'aria-required': required, 'aria-invalid': invalid } : {}
  return choicesSet(field, String(attributes['data-control']), chosen, names, { ...rest, ...extra })
}

/** @param {TextInput} field @param {Value | undefined} value @param {Record<string, string | boolean | undefined>} attributes */
function textInput(field, value, attributes) {
  const all = {
    ...attributes,
    class: 'input',
    maxlength: String(field.max_length ?? 3000),
    placeholder: field.placeholder?.text,
    autocomplete: 'off',
    spellcheck: 'false',
  }
  const made = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
    field.multiline ? element('textarea', { ...all, rows: '5' }) : element('input', { ...all, type: 'text' })
  )
  made.value = String(value === undefined ? (field.initial_value ?? '') : (value ?? ''))
  return made
}

/** @param {Choice} select @param {Value | undefined} value @param {Record<string, string | boolean | undefined>} attributes @param {Names} names */
function selectInput(select, value, attributes, names) {
  const chosen = value === undefined ? select.initial_option?.value : value
  /** @param {import('./controls.js').Option} option */
  const optionView = (option) =>
    element('option', { value: option.value, selected: option.value === chosen }, ...textView(option.text, names))
  const groups = select.option_groups?.map(({ label, options }) => element('optgroup', { label: label.text }, ...options.map(optionView)))
  return element(
    'select',
    { ...attributes, class: 'input' },
    element('option', { value: '' }, select.placeholder?.text ?? 'Choose an option'),
    ...(groups ?? optionsOf(select).map(optionView)),
  )
}

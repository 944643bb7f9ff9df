// @ts-check
import { element } from './element.js'
import { openMenu } from './menu.js'
import { safeHref } from './mrkdwn-inline.js'
import { outwardLink, textView } from './mrkdwn-view.js'

/** @typedef {import('./mrkdwn-view.js').Text} Text */
/** @typedef {{title?: Text, text: Text, confirm?: Text, deny?: Text, style?: string}} Confirm */
/** @typedef {{text: Text, value: string, description?: Text, url?: string}} Option */
/** @typedef {{type: 'button', text: Text, action_id: string, value?: string, url?: string, style?: string, confirm?: Confirm,
 *    accessibility_label?: string}} Button */
/** @typedef {{type: 'static_select' | 'overflow' | 'radio_buttons' | 'checkboxes', action_id: string, placeholder?: Text, options?: Option[],
 *    option_groups?: {label: Text, options: Option[]}[], initial_option?: Option, initial_options?: Option[], confirm?: Confirm}} Choice */
/** @typedef {Button | Choice} Control */
/** `chosen`: the values of what was chosen on a choice, undefined where nobody did yet. `onPress` answers whether it was sent: the person may
 *  say no when asked. `href` is where it leads besides.
 *  @typedef {{control: Control, at: HTMLElement, options: Option[], href?: string | undefined}} Pressed
 *  @typedef {{names: import('./mrkdwn-view.js').Names, chosen: (control: Control) => string[] | undefined,
 *    onPress: (pressed: Pressed) => Promise<boolean>}} Controls */

/** @param {Control} control @param {string} blockId @param {Controls} controls @returns {HTMLElement} */
export function controlView(control, blockId, controls) {
  const id = `${blockId}/${control.action_id}`
  switch (control.type) {
    case 'button':
      return buttonView(control, id, controls)
    case 'static_select':
      return selectView(control, id, controls)
    case 'overflow':
      return overflowView(control, id, controls)
    default:
      return choicesView(control, id, controls)
  }
}

/** @param {Choice} choice @returns {Option[]} */
export function optionsOf({ options, option_groups = [] }) {
  return options ?? option_groups.flatMap((group) => group.options)
}

/** @param {Button} button @param {string} id @param {Controls} controls */
function buttonView(button, id, controls) {
  const attributes = {
    class: button.style === 'primary' || button.style === 'danger' ? `button ${button.style}` : 'button',
    'aria-label': button.accessibility_label,
    'data-control': id,
  }
  const href = button.url === undefined ? undefined : safeHref(button.url)
  const words = textView(button.text, controls.names)
  if (href === undefined) {
    const made = element('button', { ...attributes, type: 'button' }, ...words)
    made.addEventListener('click', () => controls.onPress({ control: button, at: made, options: [] }))
    return made
  }
  const link = outwardLink(href, attributes, ...words)
  link.addEventListener('click', (event) => {
    if (button.confirm) event.preventDefault()
    controls.onPress({ control: button, at: link, options: [], href: button.confirm && href })
  })
  return link
}

/** @param {Choice} select @param {string} id @param {Controls} controls */
function selectView(select, id, controls) {
  const { names } = controls
  const [value = select.initial_option?.value] = controls.chosen(select) ?? []
  const selected = optionsOf(select).find((option) => option.value === value)
  const label = element(
    'span',
    {},
    ...textView(selected?.text ?? select.placeholder ?? { type: 'plain_text', text: 'Choose an option' }, names),
  )
  const attributes = { class: 'button select', type: 'button', 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'data-control': id }
  const made = element('button', attributes, label)
  made.addEventListener('click', () =>
    openMenu(made, {
      kind: 'listbox',
      label: label.textContent ?? '',
      groups: select.options ? [{ options: select.options }] : (select.option_groups ?? []),
      selected: value,
      names,
      onPick: (option) => controls.onPress({ control: select, at: made, options: [option] }),
    }),
  )
  return made
}

/** @param {Choice} overflow @param {string} id @param {Controls} controls */
function overflowView(overflow, id, controls) {
  const attributes = { class: 'button overflow', type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'data-control': id }
  const made = element('button', { ...attributes, 'aria-label': 'More actions' }, element('span', { 'aria-hidden': 'true' }, '⋯'))
  made.addEventListener('click', () =>
    openMenu(made, {
      kind: 'menu',
      label: 'More actions',
      groups: [{ options: optionsOf(overflow) }],
      selected: undefined,
      names: controls.names,
      onPick: (option) =>
        controls.onPress({
          control: overflow,
          at: made,
          options: [option],
          href: option.url === undefined ? undefined : safeHref(option.url),
        }),
    }),
  )
  return made
}

/** @param {Choice} choice @param {string} id @param {Controls} controls */
function choicesView(choice, id, controls) {
  const isRadio = choice.type === 'radio_buttons'
  const initial = isRadio ? [choice.initial_option] : (choice.initial_options ?? [])
  const chosen = controls.chosen(choice) ?? initial.map((option) => option?.value)
  const set = choicesSet(choice, id, chosen, controls.names)
  const inputs = [...set.querySelectorAll('input')]
  set.addEventListener('change', async () => {
    const options = optionsOf(choice).filter((_, at) => inputs[at]?.checked)
    if (await controls.onPress({ control: choice, at: set, options })) return
    for (const [at, option] of optionsOf(choice).entries()) {
      const input = inputs[at]
      if (input) input.checked = chosen.includes(option.value)
    }
  })
  return set
}

let sets = 0

/** Radio buttons or checkboxes with their labels; `extra` are attributes for the set.
 *  @param {Choice} choice @param {string} id @param {(string | undefined)[]} chosen @param {import('./mrkdwn-view.js').Names} names
 *  @param {Record<string, string | boolean | undefined>} [extra] */
export function choicesSet(choice, id, chosen, names, extra = { 'aria-label': 'Choose' }) {
  const isRadio = choice.type === 'radio_buttons'
  sets += 1
  const name = `set-${sets}`
  const labels = optionsOf(choice).map(({ text, value, description }, at) =>
    element(
      'label',
      { class: 'choice-line' },
      element('input', {
        type: isRadio ? 'radio' : 'checkbox',
        name,
        checked: chosen.includes(value),
        'data-control': `${id}/${at}`,
      }),
      element(
        'span',
        {},
        element('span', { class: 'text' }, ...textView(text, names)),
        description && element('span', { class: 'described text' }, ...textView(description, names)),
      ),
    ),
  )
  return element('div', { class: 'choices', role: isRadio ? 'radiogroup' : 'group', ...extra }, ...labels)
}

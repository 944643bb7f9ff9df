// @ts-check
import { element } from './element.js'
import { textView } from './mrkdwn-view.js'

/** @typedef {import('./controls.js').Option} Option */
/** @typedef {{kind: 'listbox' | 'menu', label: string, groups: {label?: import('./mrkdwn-view.js').Text, options: Option[]}[],
 *    selected: string | undefined, names: import('./mrkdwn-view.js').Names, onPick: (option: Option) => void}} Menu */

const EDGE = 8

/** Drops a list from a button. Arrows, Home, End and first letters move in it, Enter or a click picks, Escape or a click elsewhere closes it;
 *  the focus goes back to the button.
 *  @param {HTMLElement} button @param {Menu} menu */
export function openMenu(button, { kind, label, groups, selected, names, onPick }) {
  /** @type {HTMLElement[]} */
  const items = []
  /** @param {Option} option */
  const itemView = (option) => {
    const isSelected = option.value === selected
    const attributes =
      kind === 'listbox' ? { role: 'option', 'aria-selected': String(isSelected) } : { role: 'menuitem', 'aria-selected': undefined }
    const item = element(
      'div',
      { ...attributes, class: 'item', tabindex: '-1' },
      element('span', {}, ...textView(option.text, names)),
      option.description && element('span', { class: 'described' }, ...textView(option.description, names)),
    )
    item.addEventListener('click', () => {
      list.hidePopover()
      onPick(option)
    })
    items.push(item)
    return item
  }
  const list = element(
    'div',
    { class: 'menu', role: kind, 'aria-label': label, popover: 'auto' },
    ...groups.map((group) => {
      if (!group.label) return element('div', { role: 'presentation' }, ...group.options.map(itemView))
      const title = element('p', { class: 'group', 'aria-hidden': 'true' }, ...textView(group.label, names))
      return element('div', { role: 'group', 'aria-label': title.textContent ?? '' }, title, ...group.options.map(itemView))
    }),
  )
  list.addEventListener('keydown', (event) => {
    if (!onKey(event, items, () => list.hidePopover())) return
    event.preventDefault()
    event.stopPropagation()
  })
  list.addEventListener('beforetoggle', (event) =>
    button.setAttribute('aria-expanded', String(/** @type {ToggleEvent} */ (event).newState === 'open')),
  )
  list.addEventListener('toggle', (event) => /** @type {ToggleEvent} */ (event).newState === 'closed' && list.remove())
  button.after(list)
  list.showPopover()
  place(list, button)
  const current = items.find((item) => item.getAttribute('aria-selected') === 'true') ?? items[0]
  current?.focus()
}

/** Whether the key meant something to the list.
 *  @param {KeyboardEvent} event @param {HTMLElement[]} items @param {() => void} close */
function onKey({ key, ctrlKey, metaKey, altKey }, items, close) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const moves = new Map([
    ['ArrowDown', at + 1],
    ['ArrowUp', at - 1],
    ['Home', 0],
    ['End', items.length - 1],
  ])
  const to = moves.get(key)
  if (to !== undefined) items[(to + items.length) % items.length]?.focus()
  else if (key === 'Enter' || key === ' ') items[at]?.click()
  else if (key === 'Escape' || key === 'Tab') close()
  else if (key.length === 1 && !ctrlKey && !metaKey && !altKey) {
    const turned = [...items.slice(at + 1), ...items.slice(0, at + 1)]
    turned.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus()
  } else return false
  return true
}

/** Below the button, or above it where there is more room; never outside of the window.
 *  @param {HTMLElement} list @param {HTMLElement} button */
function place(list, button) {
  const { left, top, bottom, width } = button.getBoundingClientRect()
  list.style.minWidth = `${Math.min(width, innerWidth - 2 * EDGE)}px`
  list.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - list.offsetWidth - EDGE))}px`
  const below = innerHeight - bottom - EDGE
  const isBelow = below >= Math.min(list.offsetHeight, 220) || below >= top
  list.style.maxHeight = `${Math.max(80, (isBelow ? below : top) - EDGE)}px`
  list.style.top = isBelow ? `${bottom + 4}px` : `${Math.max(EDGE, top - 4 - list.offsetHeight)}px`
}

// @ts-check
import { element } from './element.js'
import { safeHref } from './mrkdwn-inline.js'
import { outwardLink, textView } from './mrkdwn-view.js'

/** @typedef {import('./mrkdwn-view.js').Text} Text */
/** @typedef {import('./mrkdwn-view.js').Names} Names */
/** @typedef {{title?: Text, text: Text, confirm?: Text, deny?: Text, style?: string}} Confirm */
/** @typedef {{type: 'button', text: Text, action_id: string, value?: string, url?: string, style?: string, confirm?: Confirm,
 *    accessibility_label?: string}} Button */
/** @typedef {{type: 'image', image_url: string, alt_text: string}} Image */
/** @typedef {Text | Button | Image} Item */
/** @typedef {{type: string, block_id: string, text?: Text, fields?: Text[], accessory?: Button | Image, elements?: Item[],
 *    image_url?: string, alt_text?: string, title?: Text}} Block */
/** What drawing a block needs: names for mentions, and what to do about a press.
 *  @typedef {{names: Names, onPress: (button: Button, block: Block, control: HTMLElement) => void}} View */

/** Slack's colour words for attachments. */
const COLORS = new Map([
  ['good', '#2eb67d'],
  ['warning', '#ecb22e'],
  ['danger', '#e01e5a'],
])

/** @param {Block} block @param {View} view @returns {HTMLElement} */
export function blockView(block, view) {
  switch (block.type) {
    case 'header':
      return element('h3', { class: 'header' }, ...textNodes(block.text, view))
    case 'section':
      return sectionView(block, view)
    case 'context':
      return element('div', { class: 'context' }, ...(block.elements ?? []).map((item) => contextItem(item, view)))
    case 'actions':
      return element(
        'div',
        { class: 'actions' },
        ...(block.elements ?? []).map((item) => buttonView(/** @type {Button} */ (item), block, view)),
      )
    case 'image':
      return element('figure', { class: 'image' }, ...textNodes(block.title, view), imageView(block.image_url ?? '', block.alt_text ?? ''))
    case 'divider':
      return element('hr')
    default:
      return element('p', { class: 'context' }, `[${block.type}]`)
  }
}

/** A colour that CSS takes as it is, or Slack's grey.
 *  @param {string | undefined} color */
export function barColor(color = '') {
  return COLORS.get(color) ?? (/^#?[0-9a-f]{6}$/i.test(color) ? `#${color.replace('#', '')}` : '#8d8d8d')
}

/** @param {Block} block @param {View} view */
function sectionView(block, view) {
  const fields = block.fields?.map((field) => element('div', { class: 'text' }, ...textView(field, view.names)))
  const { accessory } = block
  return element(
    'div',
    { class: 'section' },
    element(
      'div',
      { class: 'words' },
      block.text && element('div', { class: 'text' }, ...textView(block.text, view.names)),
      fields && element('div', { class: 'fields' }, ...fields),
    ),
    accessory?.type === 'button' ? buttonView(accessory, block, view) : undefined,
    accessory?.type === 'image' ? imageView(accessory.image_url, accessory.alt_text) : undefined,
  )
}

/** @param {Item} item @param {View} view */
function contextItem(item, view) {
  if ('image_url' in item) return imageView(item.image_url, item.alt_text)
  return element('span', { class: 'text' }, ...textNodes(/** @type {Text} */ (item), view))
}

/** Pictures are named, not loaded: the page asks nothing of other hosts.
 *  @param {string} url @param {string} alternative */
function imageView(url, alternative) {
  return outwardLink(safeHref(url) ?? 'about:blank', { class: 'picture' }, `🖼 ${alternative}`)
}

/** @param {Button} button @param {Block} block @param {View} view */
function buttonView(button, block, view) {
  const attributes = {
    class: button.style === 'primary' || button.style === 'danger' ? `button ${button.style}` : 'button',
    'aria-label': button.accessibility_label,
    'data-control': `${block.block_id}/${button.action_id}`,
  }
  const href = button.url === undefined ? undefined : safeHref(button.url)
  const words = textView(button.text, view.names)
  const control = href
    ? outwardLink(href, { class: attributes.class, 'data-control': attributes['data-control'] }, ...words)
    : element('button', { ...attributes, type: 'button' }, ...words)
  control.addEventListener('click', () => view.onPress(button, block, control))
  return control
}

/** @param {Text | undefined} text @param {View} view */
function textNodes(text, view) {
  return text === undefined ? [] : textView(text, view.names)
}

// @ts-check
import { controlView } from './controls.js'
import { element } from './element.js'
import { safeHref } from './mrkdwn-inline.js'
import { outwardLink, textView } from './mrkdwn-view.js'
import { richTextView } from './rich-text.js'

/** @typedef {import('./mrkdwn-view.js').Text} Text */
/** @typedef {import('./mrkdwn-view.js').Names} Names */
/** @typedef {import('./controls.js').Control} Control */
/** @typedef {{type: 'image', image_url: string, alt_text: string}} Image */
/** @typedef {Text | Control | Image | import('./rich-text.js').RichText} Item */
/** @typedef {{type: string, block_id: string, text?: Text, fields?: Text[], accessory?: Control | Image, elements?: Item[],
 *    image_url?: string, alt_text?: string, title?: Text, label?: Text, hint?: Text, optional?: boolean,
 *    element?: import('./field.js').Field}} Block */
/** What drawing a block needs: names for mentions, what is chosen in it, and what to do about a press.
 *  @typedef {{names: Names, chosen: (block: Block, control: Control) => string[] | undefined,
 *    onPress: (block: Block, pressed: import('./controls.js').Pressed) => Promise<boolean>}} View */

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
        ...(block.elements ?? []).map((item) => controlOf(/** @type {Control} */ (item), block, view)),
      )
    case 'image':
      return element('figure', { class: 'image' }, ...textNodes(block.title, view), imageView(block.image_url ?? '', block.alt_text ?? ''))
    case 'rich_text':
      return richTextView(/** @type {import('./rich-text.js').RichText[]} */ (block.elements ?? []), view.names)
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
    accessory && (accessory.type === 'image' ? imageView(accessory.image_url, accessory.alt_text) : controlOf(accessory, block, view)),
  )
}

/** @param {Control} control @param {Block} block @param {View} view */
function controlOf(control, block, view) {
  return controlView(control, block.block_id, {
    names: view.names,
    chosen: (choice) => view.chosen(block, choice),
    onPress: (pressed) => view.onPress(block, pressed),
  })
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

/** @param {Text | undefined} text @param {View} view */
function textNodes(text, view) {
  return text === undefined ? [] : textView(text, view.names)
}

// @ts-check
import { element } from './element.js'
import { EMOJI } from './emoji.js'
import { safeHref } from './mrkdwn-inline.js'
import { dateView, mentionView, outwardLink } from './mrkdwn-view.js'

/** @typedef {import('./mrkdwn-view.js').Names} Names */
/** @typedef {{bold?: boolean, italic?: boolean, strike?: boolean, underline?: boolean, code?: boolean}} Style */
/** @typedef {{type: string, text?: string, url?: string, user_id?: string, channel_id?: string, usergroup_id?: string, range?: string,
 *    name?: string, unicode?: string, timestamp?: number, format?: string, fallback?: string, style?: Style}} Part */
/** @typedef {{type: string, elements: (Part | RichText)[], style?: string, indent?: number, offset?: number, border?: number}} RichText */

const STYLES = /** @type {const} */ ([
  ['code', 'code'],
  ['strike', 's'],
  ['underline', 'u'],
  ['italic', 'em'],
  ['bold', 'strong'],
])

/** Rich text is data already: what stands in it is shown as it is.
 *  @param {RichText[]} parts @param {Names} names */
export function richTextView(parts, names) {
  return element('div', { class: 'text rich' }, ...parts.map((part) => partView(part, names)))
}

/** @param {RichText} rich @param {Names} names @returns {HTMLElement} */
function partView(rich, names) {
  const inside = () => rich.elements.map((part) => inlineView(/** @type {Part} */ (part), names))
  switch (rich.type) {
    case 'rich_text_preformatted':
      return element('pre', { tabindex: '0' }, ...inside())
    case 'rich_text_quote':
      return element('blockquote', {}, ...inside())
    case 'rich_text_list': {
      const items = rich.elements.map((item) => element('li', {}, partView(/** @type {RichText} */ (item), names)))
      const isOrdered = rich.style === 'ordered'
      const list = element(isOrdered ? 'ol' : 'ul', isOrdered ? { start: String((rich.offset ?? 0) + 1) } : {}, ...items)
      list.style.marginLeft = `${1.5 * ((rich.indent ?? 0) + 1)}em`
      return list
    }
    default:
      return element('div', {}, ...inside())
  }
}

/** @param {Part} part @param {Names} names @returns {Node} */
function inlineView(part, names) {
  const styled = STYLES.filter(([name]) => part.style?.[name] === true)
  return styled.reduce((inner, [, tag]) => element(tag, {}, inner), plainView(part, names))
}

/** @param {Part} part @param {Names} names @returns {Node} */
function plainView(part, names) {
  switch (part.type) {
    case 'link': {
      const href = safeHref(part.url ?? '')
      const text = part.text || part.url || ''
      return href === undefined ? document.createTextNode(text) : outwardLink(href, {}, text)
    }
    case 'user':
      return mentionView({ kind: 'user', id: part.user_id ?? '', label: undefined }, names)
    case 'channel':
      return mentionView({ kind: 'channel', id: part.channel_id ?? '', label: undefined }, names)
    case 'usergroup':
      return mentionView({ kind: 'broadcast', text: '@group' }, names)
    case 'broadcast':
      return mentionView({ kind: 'broadcast', text: `@${part.range}` }, names)
    case 'emoji':
      return document.createTextNode(EMOJI.get(part.name ?? '') ?? `:${part.name}:`)
    case 'date':
      return dateView({
        seconds: part.timestamp ?? 0,
        format: part.format ?? '',
        href: part.url && safeHref(part.url),
        fallback: part.fallback ?? '',
      })
    default:
      return document.createTextNode(part.text ?? '')
  }
}

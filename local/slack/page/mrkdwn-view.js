// @ts-check
import { dateText } from './dates.js'
import { element } from './element.js'
import { parseMrkdwn } from './mrkdwn.js'
import { unescapeText, withEmoji } from './mrkdwn-inline.js'

/** Who is who: the text of a mention, and who looks at the page.
 *  @typedef {{user: (id: string) => string | undefined, channel: (id: string) => string | undefined, you: string | undefined}} Names */
/** A Block Kit text object.
 *  @typedef {{type: string, text: string, emoji?: boolean, verbatim?: boolean}} Text */

const TAGS = /** @type {const} */ ({ bold: 'strong', italic: 'em', strike: 's', code: 'code', pre: 'pre', quote: 'blockquote' })

/** The text as DOM nodes, built by hand: no input is ever read as HTML.
 *  @param {Text} text @param {Names} names @returns {Node[]} */
export function textView({ type, text, emoji = true, verbatim = false }, names) {
  if (type === 'plain_text') return [document.createTextNode(unescapeText(emoji ? withEmoji(text) : text))]
  return parseMrkdwn(text, { verbatim }).map((node) => nodeView(node, names))
}

/** A link that opens elsewhere and tells the other side nothing about this page.
 *  @param {string} href @param {Record<string, string | undefined>} attributes @param {(Node | string)[]} children */
export function outwardLink(href, attributes, ...children) {
  return element('a', { ...attributes, href, title: href, target: '_blank', rel: 'noopener noreferrer' }, ...children)
}

/** @param {import('./mrkdwn.js').Node} node @param {Names} names @returns {Node} */
function nodeView(node, names) {
  switch (node.kind) {
    case 'text':
      return document.createTextNode(node.text)
    case 'link':
      return outwardLink(node.href, {}, node.text)
    case 'user':
    case 'channel':
    case 'broadcast':
      return mentionView(node, names)
    case 'date':
      return dateView(node)
    default:
      return element(TAGS[node.kind], {}, ...node.children.map((child) => nodeView(child, names)))
  }
}

/** @param {{kind: 'user' | 'channel', id: string, label: string | undefined} | {kind: 'broadcast', text: string}} mention
 *  @param {Names} names */
export function mentionView(mention, names) {
  if (mention.kind === 'broadcast') return element('span', { class: 'mention you' }, mention.text)
  const { id, label } = mention
  if (mention.kind === 'channel') return element('span', { class: 'mention' }, `#${names.channel(id) ?? label ?? id}`)
  return element('span', { class: id === names.you ? 'mention you' : 'mention' }, `@${names.user(id) ?? label ?? id}`)
}

/** @param {{seconds: number, format: string, href: string | undefined, fallback: string}} date */
export function dateView({ seconds, format, href, fallback }) {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return document.createTextNode(fallback)
  const time = element('time', { datetime: date.toISOString(), title: date.toString() }, dateText(date, format) || fallback)
  return href === undefined ? time : outwardLink(href, {}, time)
}

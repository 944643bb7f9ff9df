// @ts-check
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
 *  @param {string} href @param {Record<string, string>} attributes @param {(Node | string)[]} children */
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
      return element(
        'span',
        { class: node.id === names.you ? 'mention you' : 'mention' },
        `@${names.user(node.id) ?? node.label ?? node.id}`,
      )
    case 'channel':
      return element('span', { class: 'mention' }, `#${names.channel(node.id) ?? node.label ?? node.id}`)
    case 'broadcast':
      return element('span', { class: 'mention you' }, node.text)
    case 'date':
      return dateView(node)
    default:
      return element(TAGS[node.kind], {}, ...node.children.map((child) => nodeView(child, names)))
  }
}

/** @param {{seconds: number, format: string, href: string | undefined, fallback: string}} date */
function dateView({ seconds, format, href, fallback }) {
  const date = new Date(seconds * 1000)
  const time = element('time', { datetime: date.toISOString(), title: date.toString() }, dateText(date, format) || fallback)
  return href === undefined ? time : outwardLink(href, {}, time)
}

/** Slack's date tokens, in the reader's own language and time zone.
 *  @param {Date} date @param {string} format */
function dateText(date, format) {
  /** @param {Intl.DateTimeFormatOptions} options */
  const as = (options) => new Intl.DateTimeFormat(undefined, options).format(date)
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === 'date_num') return date.toISOString().slice(0, 10)
    if (name === 'time_secs') return as({ timeStyle: 'medium' })
    if (name === 'time') return as({ timeStyle: 'short' })
    if (/^date_long/.test(name)) return as({ dateStyle: 'full' })
    if (/^date_short/.test(name)) return as({ dateStyle: 'medium' })
    return /^date(_pretty)?$/.test(name) ? as({ dateStyle: 'long' }) : token
  })
}

// @ts-check
import { EMOJI } from './emoji.js'

/** @typedef {{kind: 'text', text: string}
 *    | {kind: 'bold' | 'italic' | 'strike' | 'code', children: Inline[]}
 *    | {kind: 'link', href: string, text: string}
 *    | {kind: 'user' | 'channel', id: string, label: string | undefined}
 *    | {kind: 'broadcast', text: string}
 *    | {kind: 'date', seconds: number, format: string, href: string | undefined, fallback: string}} Inline
 *  `code`: only `<…>` has a meaning, as Slack has it inside code. `barren`: up to where a style's closing mark was looked for in vain, so
 *  that no line is searched twice.
 *  @typedef {{text: string, code: boolean, verbatim: boolean, barren: Map<string, number>}} Scan
 *  @typedef {{node: Inline, end: number} | undefined} Found */

const CODE = /`([^`\n]+)`/y
const CONTROL = /<([^<>\n]{1,3200})>/y
const BARE_URL = /https?:\/\/[^\s<>"`|]{1,3000}/y
const DATE = /^!date\^(\d{1,10})\^([^^]*)(?:\^(.*))?$/
const WORD = /[\p{L}\p{N}]/u
/** A mark beside one of these on its inner side is a letter like others; what takes no room counts as a blank. */
const BLANK = /^[\s\u200b\u2060]?$/
const STYLES = new Map([
  ['*', /** @type {const} */ ('bold')],
  ['_', /** @type {const} */ ('italic')],
  ['~', /** @type {const} */ ('strike')],
])

/** @type {ReadonlyMap<string, (scan: Scan, at: number) => Found>} */
const READERS = new Map([
  ['<', readControl],
  ['`', readCode],
  ['h', readUrl],
  ...[...STYLES.keys()].map((mark) => /** @type {const} */ ([mark, readStyled])),
])

/** @param {string} text @param {{code: boolean, verbatim: boolean}} options @returns {Inline[]} */
export function inline(text, { code, verbatim }) {
  const scan = { text, code, verbatim, barren: new Map() }
  /** @type {Inline[]} */
  const nodes = []
  let plain = ''
  const flush = () => {
    if (plain) nodes.push({ kind: 'text', text: unescapeText(code ? plain : withEmoji(plain)) })
    plain = ''
  }
  for (let at = 0; at < text.length; ) {
    const found = READERS.get(text.charAt(at))?.(scan, at)
    if (found) {
      flush()
      nodes.push(found.node)
    } else plain += text.charAt(at)
    at = found?.end ?? at + 1
  }
  flush()
  return nodes
}

/** Slack escapes only these three.
 *  @param {string} text */
export function unescapeText(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => (entity === '&lt;' ? '<' : entity === '&gt;' ? '>' : '&'))
}

/** Short names turned into emoji.
 *  @param {string} text */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]{1,40}):/g, (whole, name) => EMOJI.get(name) ?? whole)
}

/** The URL as the browser reads it, when it is http or https.
 *  @param {string} href */
export function safeHref(href) {
  const url = URL.parse(href)
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}

/** `<@U1>`, `<#C1>`, `<!here>`, `<!date^…>`, `<https://…|label>`. What is none of them stays as it is written.
 *  @param {Scan} scan @param {number} at @returns {Found} */
function readControl({ text }, at) {
  const [whole, body = ''] = matchAt(CONTROL, text, at) ?? []
  if (whole === undefined) return undefined
  const bar = body.indexOf('|')
  const target = unescapeText(bar < 0 ? body : body.slice(0, bar))
  const label = bar < 0 ? undefined : withEmoji(unescapeText(body.slice(bar + 1)))
  const node = controlNode(target, label)
  return node && { node, end: at + whole.length }
}

/** @param {string} target @param {string | undefined} label @returns {Inline | undefined} */
function controlNode(target, label) {
  if (/^@[UW]\w+$/.test(target)) return { kind: 'user', id: target.slice(1), label }
  if (/^#C\w+$/.test(target)) return { kind: 'channel', id: target.slice(1), label }
  if (/^!(?:here|channel|everyone)$/.test(target)) return { kind: 'broadcast', text: `@${target.slice(1)}` }
  if (target.startsWith('!subteam^')) return { kind: 'broadcast', text: label ?? '@group' }
  const [, seconds, format = '', link] = DATE.exec(target) ?? []
  if (seconds !== undefined) return { kind: 'date', seconds: Number(seconds), format, href: link && safeHref(link), fallback: label ?? '' }
  if (target.startsWith('mailto:')) return { kind: 'text', text: label ?? target.slice(7) }
  const href = safeHref(target)
  return href === undefined ? undefined : { kind: 'link', href, text: label ?? target }
}

/** @param {Scan} scan @param {number} at @returns {Found} */
function readUrl({ text, verbatim }, at) {
  if (verbatim || WORD.test(text.charAt(at - 1))) return undefined
  const url = matchAt(BARE_URL, text, at)?.[0].replace(/[.,:;!?)'*_~\]]+$/, '') ?? ''
  const href = safeHref(unescapeText(url))
  return href === undefined ? undefined : { node: { kind: 'link', href, text: unescapeText(url) }, end: at + url.length }
}

/** @param {Scan} scan @param {number} at @returns {Found} */
function readCode({ text, code }, at) {
  const [whole, body = ''] = (!code && matchAt(CODE, text, at)) || []
  return whole === undefined
    ? undefined
    : { node: { kind: 'code', children: inline(body, { code: true, verbatim: true }) }, end: at + whole.length }
}

/** Bold, italic or struck: the marks stand at the edges of words, on one line.
 *  @param {Scan} scan @param {number} at @returns {Found} */
function readStyled({ text, code, verbatim, barren }, at) {
  const mark = text.charAt(at)
  const kind = STYLES.get(mark)
  const before = text.charAt(at - 1)
  const after = text.charAt(at + 1)
  if (code || !kind || before === mark || WORD.test(before) || BLANK.test(after) || after === mark || at < (barren.get(mark) ?? 0))
    return undefined
  const end = closingMark(text, at, mark)
  if (end.found) return { node: { kind, children: inline(text.slice(at + 1, end.at), { code: false, verbatim }) }, end: end.at + 1 }
  barren.set(mark, end.at)
  return undefined
}

/** Where the style that opens at `at` closes; else the end of the line, up to which it does not. Code and `<…>` are stepped over.
 *  @param {string} text @param {number} at @param {string} mark */
function closingMark(text, at, mark) {
  let next = at + 1
  for (; next < text.length && text[next] !== '\n'; next += 1) {
    const letter = text.charAt(next)
    if (letter === '`') next += (matchAt(CODE, text, next)?.[0].length ?? 1) - 1
    else if (letter === '<') next += (matchAt(CONTROL, text, next)?.[0].length ?? 1) - 1
    else if (letter === mark && next > at + 1 && !BLANK.test(text.charAt(next - 1))) {
      const after = text.charAt(next + 1)
      if (after !== mark && !WORD.test(after)) return { found: true, at: next }
    }
  }
  return { found: false, at: next }
}

/** @param {RegExp} sticky @param {string} text @param {number} at */
function matchAt(sticky, text, at) {
  sticky.lastIndex = at
  return sticky.exec(text)
}

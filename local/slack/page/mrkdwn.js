// @ts-check
import { inline } from './mrkdwn-inline.js'

/** @typedef {import('./mrkdwn-inline.js').Inline} Inline */
/** What mrkdwn text means, as a tree. Nothing in it is markup: every string is text to be shown, and every `href` is http or https.
 *  @typedef {Inline | {kind: 'pre' | 'quote', children: Inline[]}} Node */

const CODE_BLOCK = /```\n?([\s\S]+?)```/
const QUOTED = /^(?:>|&gt;) ?/
const ALL_QUOTED = /^(?:>>>|&gt;&gt;&gt;) ?/m

/** Reads Slack's mrkdwn; `verbatim` leaves bare URLs alone. Every text has a tree: what is no markup is text. Takes time in proportion to
 *  its length. Source: docs.slack.dev/messaging/formatting-message-text.
 *  @param {string} text @param {{verbatim?: boolean}} [options] @returns {Node[]} */
export function parseMrkdwn(text, { verbatim = false } = {}) {
  /** @type {Node[]} */
  const nodes = []
  let rest = text
  for (let found = CODE_BLOCK.exec(rest); found; found = CODE_BLOCK.exec(rest)) {
    nodes.push(...paragraphs(rest.slice(0, found.index).replace(/\n$/, ''), verbatim))
    nodes.push({ kind: 'pre', children: inline(found[1] ?? '', { code: true, verbatim: true }) })
    rest = rest.slice(found.index + found[0].length).replace(/^\n/, '')
  }
  return [...nodes, ...paragraphs(rest, verbatim)]
}

/** Tells quoted lines from others; `>>>` quotes all that follows.
 *  @param {string} text @param {boolean} verbatim @returns {Node[]} */
function paragraphs(text, verbatim) {
  if (text === '') return []
  const from = text.search(ALL_QUOTED)
  if (from >= 0) {
    const before = from === 0 ? [] : quotedLines(text.slice(0, from - 1), verbatim)
    return [...before, { kind: 'quote', children: inline(text.slice(from).replace(ALL_QUOTED, ''), { code: false, verbatim }) }]
  }
  return quotedLines(text, verbatim)
}

/** @param {string} text @param {boolean} verbatim @returns {Node[]} */
function quotedLines(text, verbatim) {
  /** @type {{quoted: boolean, lines: string[]}[]} */
  const runs = []
  for (const line of text.split('\n')) {
    const quoted = QUOTED.test(line)
    const last = runs.at(-1)
    if (last?.quoted === quoted) last.lines.push(line.replace(QUOTED, ''))
    else runs.push({ quoted, lines: [line.replace(QUOTED, '')] })
  }
  return runs.flatMap(({ quoted, lines }) => {
    const children = inline(lines.join('\n'), { code: false, verbatim })
    return quoted ? [/** @type {Node} */ ({ kind: 'quote', children })] : children
  })
}

import type { Block } from '../port/chat.ts'
import { clip } from './text.ts'

/** What Slack takes of one message's blocks together, as JSON. It is not documented: `msg_blocks_too_long` comes at some 13,000 characters of text and
 *  structure. */
export const MESSAGE_MAX = 12_000
export const SECTION_MAX = 3000
const FIELD_MAX = 2000
const FIELDS = 10
const ELEMENTS = 10

/** A block of a message. `rank`: 0 is told first of all; where not all fit, those of the highest rank are left out. */
export type Part = { readonly rank: number; readonly block: Block }

/** The blocks in their order, as many as fit into one message, the most telling first. */
export function laidOut(parts: readonly Part[]): readonly Block[] {
  let left = MESSAGE_MAX
  const fitting = new Set(
    parts
      .toSorted((a, b) => a.rank - b.rank)
      .filter(({ block }) => {
        const size = JSON.stringify(block).length + 1
        const fits = size <= left
        if (fits) left -= size
        return fits
      }),
  )
  return parts.filter((part) => fitting.has(part)).map(({ block }) => block)
}

/** No part where there is nothing to say. */
export function section(rank: number, text: string): readonly Part[] {
  return text === '' ? [] : [{ rank, block: { type: 'section', text: mrkdwn(text, SECTION_MAX) } }]
}

export function fields(rank: number, texts: readonly string[]): readonly Part[] {
  if (texts.length === 0) return []
  return [{ rank, block: { type: 'section', fields: texts.slice(0, FIELDS).map((text) => mrkdwn(text, FIELD_MAX)) } }]
}

/** Small print. */
export function context(rank: number, texts: readonly string[]): readonly Part[] {
  const said = texts.filter((text) => text !== '').slice(0, ELEMENTS)
  return said.length === 0 ? [] : [{ rank, block: { type: 'context', elements: said.map((text) => mrkdwn(text, FIELD_MAX)) } }]
}

/** `text` is unformatted, at most 150 characters. */
export function header(text: string): Part {
  return { rank: 0, block: { type: 'header', text: { type: 'plain_text', text: text === '' ? ' ' : text, emoji: false } } }
}

/** `verbatim`: Slack makes no links or mentions of its own out of what stands there. */
function mrkdwn(text: string, max: number) {
  return { type: 'mrkdwn', text: clip(text, max), verbatim: true }
}

import { cutToBytes } from '../detection/evidence.ts'

/** Cuts at `max` characters, with "…" in place of what is left out; well-formed Unicode. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed()
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`.toWellFormed()
}

/** One line, on which nothing moves a cursor or turns the direction of what is read; cut at `max` characters. */
export function oneLine(text: string, max: number): string {
  return clip(text.replace(/[\r\n\t\u2028\u2029]+/g, ' ').replace(HIDDEN, '\ufffd'), max).trim()
}

const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu

/** As much of the text as takes at most `max` bytes in JSON, well-formed. */
export function cut(text: string, max: number): string {
  return cutToBytes(text, max).toWellFormed()
}

/** As many of the lines as fit, from the first on, in `max` characters; what is left out is counted. */
export function linesWithin(lines: readonly string[], max: number): string {
  let text = ''
  for (const [index, line] of lines.entries()) {
    const rest = lines.length - index
    const room = max - text.length - (rest > 1 ? 30 : 1)
    if (line.length > room) return `${text}… and ${rest} more`
    text += text === '' ? line : `\n${line}`
  }
  return text
}

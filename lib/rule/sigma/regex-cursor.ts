import { fold } from './fold.ts'

/** A regular expression that cannot be searched by, and why. */
export class RegexSyntaxError extends Error {}

/** Where a pattern is read. `ignoreCase`: values come folded. `lines`: they come with their line feeds. */
export type Cursor = { readonly pattern: string; index: number; readonly ignoreCase: boolean; readonly lines: boolean }

/** What stands for a line feed in values whose lines do not count: a code point that is no character. */
export const LINE_FEED = '\ufdd0'

export function take(cursor: Cursor, character: string): boolean {
  const found = cursor.pattern[cursor.index] === character
  if (found) cursor.index += 1
  return found
}

/** The code point of the next character, escaped or not. */
export function readCharacter(cursor: Cursor): number {
  const { pattern, index } = cursor
  if (pattern[index] !== '\\') {
    const code = pattern.codePointAt(index)
    if (code === undefined) throw new RegexSyntaxError('missing ]')
    cursor.index += code > 0xffff ? 2 : 1
    return code
  }
  ESCAPE.lastIndex = index
  const [escaped, octal, hex, wide, letter = '', sign = ''] = ESCAPE.exec(pattern) ?? []
  if (escaped === undefined) throw new RegexSyntaxError(`${pattern.slice(index, index + 2)} is not supported`)
  cursor.index += escaped.length
  if (octal !== undefined) return Number.parseInt(octal, 8)
  const digits = hex ?? wide
  if (digits === undefined) return (CONTROLS.get(letter) ?? sign).charCodeAt(0)
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff) throw new RegexSyntaxError(`${escaped} is no character`)
  return code
}
// Octal, \xHH, \x{H…}, a control letter, or any ASCII character that is no letter and no digit.
const ESCAPE = /\\(?:(0[0-7]{0,2}|[1-7][0-7]{2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,8})\}|([nrtafv])|([^0-9A-Za-z\u0080-\uffff]))/y
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\u0007'],
  ['f', '\f'],
  ['v', '\v'],
])

/** A character for a POSIX pattern, as it stands in prepared values. */
export function written(code: number, { ignoreCase, lines }: Pick<Cursor, 'ignoreCase' | 'lines'>): string {
  if (code === 0x0a && !lines) return LINE_FEED
  const character = String.fromCodePoint(code)
  const folded = ignoreCase ? fold(character) : character
  if (code < 0x20 || code === 0x7f || (code >= 0xd800 && code <= 0xdfff)) return `\\x{${code.toString(16)}}`
  return /[\\^$.|?*+()[\]{}-]/.test(folded) ? `\\${folded}` : folded
}

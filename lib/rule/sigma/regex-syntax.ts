import { classOf, PERL_CLASSES } from './regex-class.ts'
import { type Cursor, RegexSyntaxError, readCharacter, take, written } from './regex-cursor.ts'
import type { RegexFlag } from './value.ts'

export { LINE_FEED, RegexSyntaxError } from './regex-cursor.ts'

/** Any character, line feeds too: there is no lone surrogate in what is well formed. */
export const ANYTHING = String.raw`[^\x{dc80}]`

/** `(?i)` and the like at the beginning, as flags. */
export function inlineFlags(
  pattern: string,
  flags: ReadonlySet<RegexFlag>,
): { readonly body: string; readonly flags: ReadonlySet<RegexFlag> } {
  const [written = '', letters = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const named = (['i', 'm', 's'] as const).filter((flag) => letters.includes(flag))
  return { body: pattern.slice(written.length), flags: new Set([...flags, ...named]) }
}

/** Writes a regular expression of Perl's syntax in POSIX's, for values as compileSearch prepares them. RegexSyntaxError for what cannot be.
 *  A group's kind and a quantifier's greed are dropped: they change what is captured, not whether something matches. */
export function translateRegex(pattern: string, flags: ReadonlySet<RegexFlag>): string {
  if (!pattern.isWellFormed()) throw new RegexSyntaxError('not a text in Unicode')
  const cursor: Cursor = { pattern, index: 0, ignoreCase: flags.has('i'), lines: flags.has('m') }
  let translated = ''
  let repeated = false
  while (cursor.index < pattern.length) {
    const quantifier = readQuantifier(cursor)
    if (quantifier !== undefined) {
      if (repeated) throw new RegexSyntaxError(`nothing to repeat before ${quantifier}`)
      translated += quantifier
    } else translated += readPiece(cursor, flags)
    repeated = quantifier !== undefined
  }
  return translated
}

function readQuantifier(cursor: Cursor): string | undefined {
  QUANTIFIER.lastIndex = cursor.index
  const [all, quantifier] = QUANTIFIER.exec(cursor.pattern) ?? []
  if (all !== undefined) cursor.index += all.length
  return quantifier
}
const QUANTIFIER = /([*+?]|\{\d+(?:,\d*)?\})\??/y

function readPiece(cursor: Cursor, flags: ReadonlySet<RegexFlag>): string {
  if (take(cursor, '(')) return openGroup(cursor)
  if (take(cursor, '[')) return classOf(cursor)
  for (const sign of [')', '|', '^', '$']) if (take(cursor, sign)) return sign
  if (take(cursor, '.')) {
    if (flags.has('s')) return cursor.lines ? ANYTHING : '.'
    return cursor.lines ? '.' : `[^${written(0x0a, cursor)}]`
  }
  for (const [letter, sign] of [
    ['A', '^'],
    ['z', '$'],
  ] as const) {
    if (!cursor.pattern.startsWith(`\\${letter}`, cursor.index)) continue
    if (cursor.lines) throw new RegexSyntaxError(`\\${letter} does not go with the flag m`)
    cursor.index += 2
    return sign
  }
  const letter = cursor.pattern[cursor.index] === '\\' ? (cursor.pattern[cursor.index + 1] ?? '') : ''
  const members = PERL_CLASSES.get(letter.toLowerCase())
  if (members === undefined) return written(readCharacter(cursor), cursor)
  cursor.index += 2
  return `[${letter === letter.toLowerCase() ? '' : '^'}${members(cursor)}]`
}

function openGroup(cursor: Cursor): string {
  if (cursor.pattern[cursor.index] !== '?') return '('
  GROUP.lastIndex = cursor.index
  const [kind] = GROUP.exec(cursor.pattern) ?? []
  if (kind === undefined)
    throw new RegexSyntaxError('(? goes with : or a name here, and with flags at the very beginning; there is no look-around')
  cursor.index += kind.length
  return '('
}
const GROUP = /\?(?::|P?<[A-Za-z_]\w*>)/y

import { type Cursor, LINE_FEED, RegexSyntaxError, readCharacter, take, written } from './regex-cursor.ts'

/** The members of Perl's classes. Folded values have no capitals, which does no harm. Source: RE2 syntax. */
export const PERL_CLASSES: ReadonlyMap<string, (cursor: Cursor) => string> = new Map([
  ['d', (_cursor: Cursor) => '0-9'],
  ['w', () => '0-9A-Za-z_'],
  ['s', ({ lines }: Cursor) => String.raw`\t\f\r ${lines ? String.raw`\n` : LINE_FEED}`],
])

/** A class in brackets, the first of which was read. */
export function classOf(cursor: Cursor): string {
  const { pattern } = cursor
  let members = ''
  const negated = take(cursor, '^') ? '^' : ''
  for (let first = true; first || pattern[cursor.index] !== ']'; first = false) {
    if (cursor.index >= pattern.length) throw new RegexSyntaxError('missing ]')
    members += readNamed(cursor) ?? readPerl(cursor) ?? readRange(cursor)
  }
  cursor.index += 1
  return `[${negated}${members}]`
}

function readNamed(cursor: Cursor): string | undefined {
  NAMED.lastIndex = cursor.index
  const [all, not = '', name = ''] = NAMED.exec(cursor.pattern) ?? []
  if (all === undefined) return undefined
  if (not !== '' || !/^(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)$/.test(name)) {
    throw new RegexSyntaxError(`${all} is not supported`)
  }
  cursor.index += all.length
  const lineFeed = !cursor.lines && /^(?:ascii|cntrl|space)$/.test(name) ? LINE_FEED : ''
  return (cursor.ignoreCase && name === 'upper' ? '[:lower:]' : all) + lineFeed
}
const NAMED = /\[:(\^?)([^\]:]*):\]/y

function readPerl(cursor: Cursor): string | undefined {
  const [letter] = /^\\([dswDSW])/.exec(cursor.pattern.slice(cursor.index, cursor.index + 2))?.slice(1) ?? []
  if (letter === undefined) return undefined
  const members = PERL_CLASSES.get(letter)
  if (!members) throw new RegexSyntaxError(`\\${letter} is not supported within brackets`)
  cursor.index += 2
  return members(cursor)
}

function readRange(cursor: Cursor): string {
  const { pattern } = cursor
  const low = readCharacter(cursor)
  if (pattern[cursor.index] !== '-' || pattern[cursor.index + 1] === ']') return written(low, cursor)
  cursor.index += 1
  if (/^\\[dswDSW]/.test(pattern.slice(cursor.index, cursor.index + 2))) throw new RegexSyntaxError('a range ends at a character')
  const high = readCharacter(cursor)
  if (high < low) throw new RegexSyntaxError(`a range from ${String.fromCodePoint(low)} to ${String.fromCodePoint(high)} is empty`)
  if (cursor.ignoreCase && high > 0x7f) throw new RegexSyntaxError('a range beyond ASCII does not go with the flag i')
  const exact = { ignoreCase: false, lines: true }
  const range = `${written(low, exact)}-${written(high, exact)}`
  const lineFeed = !cursor.lines && low <= 0x0a && high >= 0x0a ? LINE_FEED : ''
  return range + lineFeed + (cursor.ignoreCase ? lowered(low, high) : '')
}

/** The small letters of the capitals in a range. */
function lowered(low: number, high: number): string {
  const [from, to] = [Math.max(low, 0x41), Math.min(high, 0x5a)]
  return from <= to ? `${String.fromCharCode(from + 32)}-${String.fromCharCode(to + 32)}` : ''
}

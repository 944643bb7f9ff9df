/** A pattern that RE2 does not read in POSIX syntax. */
export class PosixSyntaxError extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'PosixSyntaxError'
    this.hint = hint
  }
}

/** Reads a regular expression as RE2 does with its POSIX flag, and writes it in the Perl syntax that re2js reads, where some of it
 *  would mean something else (`.*?`) or be refused (`a**`), and what POSIX lacks would be accepted. Source: RE2 syntax and parse.cc. */
export function translatePosix(pattern: string): string {
  if (!pattern.isWellFormed()) throw new PosixSyntaxError('invalid UTF-8')
  const cursor = { pattern, index: 0 }
  const translated = readAlternatives(cursor)
  if (cursor.index < pattern.length) throw new PosixSyntaxError("unexpected ')'")
  return translated
}

type Cursor = { readonly pattern: string; index: number }

function readAlternatives(cursor: Cursor): string {
  const branches = [readBranch(cursor)]
  while (take(cursor, '|')) branches.push(readBranch(cursor))
  return branches.join('|')
}

function readBranch(cursor: Cursor): string {
  let branch = ''
  while (cursor.index < cursor.pattern.length && !sees(cursor, '|') && !sees(cursor, ')')) {
    let piece = readAtom(cursor)
    for (let times = readRepetition(cursor); times !== undefined; times = readRepetition(cursor)) piece = `(?:${piece})${times}`
    branch += piece
  }
  return branch
}

function readAtom(cursor: Cursor): string {
  if (take(cursor, '(')) {
    if (sees(cursor, '?'))
      throw new PosixSyntaxError(
        'no argument for repetition operator: ?',
        'POSIX has no (?…) groups and flags; for case, compare tolower(field)',
      )
    const inner = readAlternatives(cursor)
    if (!take(cursor, ')')) throw new PosixSyntaxError('missing )')
    return `(?:${inner})`
  }
  if (take(cursor, '[')) return readClass(cursor)
  if (take(cursor, '.')) return '.'
  if (take(cursor, '^')) return '(?m:^)'
  if (take(cursor, '$')) return '(?m:$)'
  const start = cursor.index
  if (readRepetition(cursor) !== undefined) {
    throw new PosixSyntaxError(`no argument for repetition operator: ${cursor.pattern.slice(start, cursor.index)}`)
  }
  return written(readCharacter(cursor))
}

/** A repetition operator; a brace that is none is a literal. */
function readRepetition(cursor: Cursor): string | undefined {
  REPETITION.lastIndex = cursor.index
  const [operator, low, high] = REPETITION.exec(cursor.pattern) ?? []
  if (operator === undefined) return undefined
  if (low !== undefined && (Number(low) > 1000 || Number(high || low) > 1000 || Number(high || low) < Number(low))) {
    throw new PosixSyntaxError(`invalid repetition size: ${operator}`)
  }
  cursor.index += operator.length
  return operator
}
const REPETITION = /[*+?]|\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*|))?\}/y

function readClass(cursor: Cursor): string {
  let members = take(cursor, '^') ? '^' : ''
  for (let first = true; first || !sees(cursor, ']'); first = false) {
    if (cursor.index >= cursor.pattern.length) throw new PosixSyntaxError('missing ]')
    NAMED_CLASS.lastIndex = cursor.index
    const [named, name = ''] = NAMED_CLASS.exec(cursor.pattern) ?? []
    if (named !== undefined) {
      if (!CLASS_NAMES.has(name)) throw new PosixSyntaxError(`invalid character class range: ${named}`)
      cursor.index += named.length
      members += named
    } else members += readRange(cursor, first)
  }
  cursor.index += 1
  return `[${members}]`
}
const NAMED_CLASS = /\[:\^?([^\]]*?):\]/y
const CLASS_NAMES: ReadonlySet<string> = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
)

function readRange(cursor: Cursor, first: boolean): string {
  const last = cursor.pattern[cursor.index + 1] === ']'
  if (sees(cursor, '-') && !first && !last)
    throw new PosixSyntaxError('invalid character class range: -', 'write - first or last in a class')
  const low = readCharacter(cursor)
  if (!sees(cursor, '-') || cursor.pattern[cursor.index + 1] === ']' || cursor.index + 1 >= cursor.pattern.length) return written(low)
  cursor.index += 1
  const high = readCharacter(cursor)
  if (high < low) throw new PosixSyntaxError(`invalid character class range: ${String.fromCodePoint(low)}-${String.fromCodePoint(high)}`)
  return `${written(low)}-${written(high)}`
}

/** The code point of one character, escaped or not. */
function readCharacter(cursor: Cursor): number {
  if (!sees(cursor, '\\')) {
    const code = cursor.pattern.codePointAt(cursor.index)
    if (code === undefined) throw new PosixSyntaxError('missing ]')
    cursor.index += code > 0xffff ? 2 : 1
    return code
  }
  ESCAPE.lastIndex = cursor.index
  const [escaped, octal, hex, wide, letter = '', sign = ''] = ESCAPE.exec(cursor.pattern) ?? []
  if (escaped === undefined) throw badEscape(cursor.pattern.slice(cursor.index, cursor.index + 2))
  cursor.index += escaped.length
  if (octal !== undefined) return Number.parseInt(octal, 8)
  const code = hex ?? wide
  if (code === undefined) return (CONTROLS.get(letter) ?? sign).charCodeAt(0)
  if (Number.parseInt(code, 16) > 0x10ffff) throw badEscape(escaped)
  return Number.parseInt(code, 16)
}
// Octal, \xHH, \x{H…}, a control letter, or any ASCII character that is no word character.
const ESCAPE = /\\(?:(0[0-7]{0,2}|[1-7][0-7]{1,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,8})\}|([nrtafv])|([^0-9A-Za-z_\u0080-\uffff]))/y
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\u0007'],
  ['f', '\f'],
  ['v', '\v'],
])

function badEscape(sequence: string): PosixSyntaxError {
  return new PosixSyntaxError(`invalid escape sequence: ${sequence}`, INSTEAD.get(sequence))
}
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['\\d', 'write [[:digit:]]'],
  ['\\D', 'write [^[:digit:]]'],
  ['\\w', 'write [[:word:]]'],
  ['\\W', 'write [^[:word:]]'],
  ['\\s', 'write [[:space:]]'],
  ['\\S', 'write [^[:space:]]'],
  ['\\b', 'POSIX has no word boundary'],
])

function written(code: number): string {
  const character = String.fromCodePoint(code)
  return /[0-9A-Za-z]/.test(character) ? character : `\\x{${code.toString(16)}}`
}

function sees(cursor: Cursor, character: string): boolean {
  return cursor.pattern[cursor.index] === character
}

function take(cursor: Cursor, character: string): boolean {
  const found = sees(cursor, character)
  if (found) cursor.index += 1
  return found
}

import { ConditionError, locate, type Position } from './error.ts'
import { hintFor } from './hints.ts'

// Sticky, and without two ways to read the same characters, so that a long hostile text is read in linear time.
const BLANK = /[ \t\r\n\b]+/y
const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y
const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y
const BARE_ARGUMENT = /[^[\]"' \t\n\v\f\r]+/y
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y
const BARE_TEXT = /[^()"'=, \t\n\v\f\r]+/y

/** Reads the tokens of a condition one by one, on the parser's demand: what a character means depends on where it stands. */
export class Scanner {
  readonly text: string
  offset = 0
  /** The last token taken, for messages. */
  last = ''
  readonly #locate: (offset: number) => Position
  readonly #maxDepth: number
  #depth = 0

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.#locate = locate(text)
    this.#maxDepth = maxDepth
  }

  at(): Position {
    return this.#locate(this.offset)
  }

  ended(): boolean {
    return this.offset >= this.text.length
  }

  sees(token: string): boolean {
    return this.text.startsWith(token, this.offset)
  }

  seesBlank(): boolean {
    BLANK.lastIndex = this.offset
    return BLANK.test(this.text)
  }

  skipBlank(): boolean {
    const found = this.seesBlank()
    if (found) this.offset = BLANK.lastIndex
    return found
  }

  take(token: string): boolean {
    if (!this.sees(token)) return false
    this.offset += token.length
    this.last = token
    return true
  }

  takeIdentifier(): string | undefined {
    return this.#match(IDENTIFIER)
  }

  takeFieldName(): string | undefined {
    return this.#match(FIELD_NAME)
  }

  takeBareArgument(): string | undefined {
    return this.#match(BARE_ARGUMENT)
  }

  takeNumber(): string | undefined {
    return this.#match(NUMBER)
  }

  takeBareText(): string | undefined {
    return this.#match(BARE_TEXT)
  }

  /** The value of a quoted string, or undefined where none begins. It ends at the first quote of its kind that no backslash precedes. */
  takeQuoted(): string | undefined {
    const quote = this.text[this.offset]
    if (quote !== '"' && quote !== "'") return undefined
    let end = this.text.indexOf(quote, this.offset + 1)
    while (end > 0 && this.text[end - 1] === '\\') end = this.text.indexOf(quote, end + 1)
    if (end < 0) {
      const hint = this.text.endsWith(`\\${quote}`)
        ? 'a backslash before a quote always escapes it, so a value cannot end in one'
        : undefined
      this.fail('the quoted string has no end', hint)
    }
    const value = this.#unescape(this.offset + 1, end, quote)
    this.last = this.text.slice(this.offset, end + 1)
    this.offset = end + 1
    return value
  }

  /** Throws the ConditionError for what stands at the cursor, or at `offset`; finds the evident hint itself when none is given. */
  fail(problem: string, hint = hintFor(this.text.slice(this.offset, this.offset + 64), this.last), offset = this.offset): never {
    throw new ConditionError(problem, this.#locate(offset), { hint })
  }

  /** Goes one level deeper, into parentheses. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > this.#maxDepth) this.fail(`exceeded max depth limit of ${this.#maxDepth}`)
  }

  /** Comes out of the parentheses that enter went into, by the closing one, after blanks. */
  leave(problem: string): void {
    this.close(problem)
    this.#depth -= 1
  }

  /** Takes a closing parenthesis, after blanks. */
  close(problem: string): void {
    this.skipBlank()
    if (!this.take(')')) this.fail(problem)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const token = pattern.exec(this.text)?.[0]
    if (token === undefined) return undefined
    this.offset += token.length
    this.last = token
    return token
  }

  #unescape(from: number, to: number, quote: string): string {
    let result = ''
    let index = from
    while (index < to) {
      const slash = this.text.indexOf('\\', index)
      if (slash < 0 || slash >= to) return result + this.text.slice(index, to)
      result += this.text.slice(index, slash)
      const escaped = this.text[slash + 1] ?? ''
      const plain = escaped === quote ? quote : ESCAPES.get(escaped)
      BYTE_ESCAPES.lastIndex = slash
      const bytes = plain === undefined ? BYTE_ESCAPES.exec(this.text)?.[0] : undefined
      if (plain === undefined && bytes === undefined) {
        const hint =
          escaped === '"' || escaped === "'" ? `a ${quote}-quoted string does not escape the other quote` : 'write \\\\ for a backslash'
        this.fail(`unsupported string escape sequence: \\${escaped}`, hint, slash)
      }
      result += plain ?? decodeBytes(bytes ?? '')
      index = slash + (bytes?.length ?? 2)
    }
    return result
  }
}

// Backslash and blank is a backslash: Falco keeps it for the sake of old rules.
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['/', '/'],
  [' ', '\\'],
])
const BYTE_ESCAPES = /(?:\\x[0-9a-fA-F]{2})+/y
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeBytes(escapes: string): string {
  const bytes = Uint8Array.from(escapes.split('\\x').slice(1), (hex) => Number.parseInt(hex, 16))
  try {
    return UTF8.decode(bytes)
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('')
  }
}

/** Where in the text a secret stands, and what it is. */
export type Found = { readonly kind: string; readonly from: number; readonly to: number }

/** A text to walk over, character by character. `steps` counts every character that was looked at: what a text costs is told by it, not by a clock. */
export class Scan {
  readonly text: string
  steps = 0
  /** Where what was found last ends: nothing before it counts any more. */
  start = 0

  constructor(text: string) {
    this.text = text
  }

  /** Where the run of characters of the set that begins at `from` ends, after at most `most` of them. */
  run(from: number, set: CharacterSet, most = Number.POSITIVE_INFINITY): number {
    let at = from
    while (at < this.text.length && at - from < most && set(this.text.charCodeAt(at))) at++
    this.steps += at - from + 1
    return at
  }

  /** Where the run of characters of the set that ends before `to` begins, after at most `most` of them. */
  back(to: number, set: CharacterSet, most: number): number {
    let at = to
    while (at > this.start && to - at < most && set(this.text.charCodeAt(at - 1))) at--
    this.steps += to - at + 1
    return at
  }

  /** Whether a word begins here: what stands before is not of the set. */
  begins(at: number, set: CharacterSet): boolean {
    this.steps++
    return at === this.start || !set(this.text.charCodeAt(at - 1))
  }

  is(at: number, words: string): boolean {
    this.steps += words.length
    return this.text.startsWith(words, at)
  }
}

export type CharacterSet = (code: number) => boolean

const table = (characters: string): CharacterSet => {
  const codes = new Set([...characters].map((character) => character.charCodeAt(0)))
  return (code) => codes.has(code)
}
const either =
  (...sets: readonly CharacterSet[]): CharacterSet =>
  (code) =>
    sets.some((set) => set(code))
export const not =
  (set: CharacterSet): CharacterSet =>
  (code) =>
    !set(code)

const between = (first: string, last: string): CharacterSet => {
  const [low, high] = [first.charCodeAt(0), last.charCodeAt(0)]
  return (code) => code >= low && code <= high
}
const letter = either(between('a', 'z'), between('A', 'Z'))
export const upper = either(between('A', 'Z'), between('0', '9'))
export const alphanumeric = either(letter, between('0', '9'))
export const word = either(alphanumeric, table('_-'))
export const name = either(word, table('.'))
export const base64 = either(alphanumeric, table('+/'))
export const token = either(word, table('.~+/='))
export const path = either(word, table('+/'))
export const equals = table('=')
export const blank = table(' \t')
const space = table(' \t\r\n')
export const quotes = table('"\'\\')
/** The lines of a key block, also of one in a text with `\n` for its line ends. */
export const pemLines = either(base64, equals, table('\r\n\\'))
/** The same, and what the headers of a block are written with. */
export const pemBody = either(pemLines, blank, table(':,'))
/** Where a value without quotation marks ends. */
export const delimiter = either(space, table('"\',;&\\'))
/** The same, and where a mark of what was left out begins. */
export const delimiterOrMark = either(delimiter, table('«'))
export const lineEnd = table('\r\n')
/** Where the part of a URL that may name a user ends. */
export const authorityEnd = either(space, table('/?#"\'<>«'))

import { isAscii, lowerAscii, toBinary, upperAscii } from './bytes.ts'

/** A matcher of whole values by a shell pattern, as POSIX fnmatch without flags does it on bytes: `*` and `?` also match `/` and a
 *  leading dot, `[…]` is a set, a backslash escapes, and an unclosed `[` is literal. Takes at most length × pattern steps. */
export function compileGlob(pattern: string, { ignoreCase }: { ignoreCase: boolean }): (value: string) => boolean {
  const fold = ignoreCase ? lowerAscii : (text: string) => text
  const steps = readSteps(fold(toBinary(pattern)), ignoreCase)
  if (steps === undefined) return () => false
  const matches = matcherOf(splitAtStars(steps).map(makeSegment))
  // Where bytes need not be counted, an ASCII pattern finds in a text what it finds in its bytes.
  const literal = isAscii(pattern) && steps.every((step) => step === STAR || typeof step === 'number')
  return literal ? (value) => matches(fold(value)) : (value) => matches(fold(toBinary(value)))
}

/** Whether a pattern has anything but literal characters in it, as pmatch tells globs from names. */
export function looksLikeGlob(pattern: string): boolean {
  return /[?*[]/.test(pattern)
}

/** One byte of the value: that code, any, one of a set; or `*`. */
type Step = number | typeof ANY | typeof STAR | ((code: number) => boolean)
const ANY = 'any'
const STAR = 'star'

/** The pattern's steps; undefined when nothing can match (a backslash at the end). */
function readSteps(pattern: string, ignoreCase: boolean): Step[] | undefined {
  const steps: Step[] = []
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]
    if (character === '*') steps.push(STAR)
    else if (character === '?') steps.push(ANY)
    else if (character === '\\') {
      index += 1
      if (index === pattern.length) return undefined
      steps.push(pattern.charCodeAt(index))
    } else {
      const set = character === '[' ? readSet(pattern, index + 1, ignoreCase) : undefined
      steps.push(set?.matches ?? pattern.charCodeAt(index))
      index = set?.end ?? index
    }
  }
  return steps
}

/** What stands between two stars: as text where it is literal, for which the engine's own search is the fastest. */
type Segment = { readonly length: number; readonly text: string | undefined; readonly steps: readonly Exclude<Step, typeof STAR>[] }

function splitAtStars(steps: readonly Step[]): Segment['steps'][] {
  const parts: Exclude<Step, typeof STAR>[][] = [[]]
  for (const step of steps) {
    if (step === STAR) parts.push([])
    else parts.at(-1)?.push(step)
  }
  return parts
}

function makeSegment(steps: Segment['steps']): Segment {
  const codes = steps.filter((step) => typeof step === 'number')
  const text = codes.length === steps.length ? String.fromCharCode(...codes) : undefined
  return { length: steps.length, text, steps }
}

/** The first segment stands at the start, the last at the end, and each between them is taken where it comes first: if the rest
 *  fits anywhere, it fits after that, so nothing is ever tried again. */
function matcherOf([head, ...others]: readonly Segment[]): (value: string) => boolean {
  const tail = others.at(-1)
  const inner = others.slice(0, -1)
  if (head === undefined) return (value) => value === ''
  if (tail === undefined) return (value) => value.length === head.length && standsAt(head, value, 0)
  return (value) => {
    const end = value.length - tail.length
    if (end < head.length || !standsAt(head, value, 0) || !standsAt(tail, value, end)) return false
    let from = head.length
    for (const segment of inner) {
      const found = find(segment, value, from)
      if (found < 0 || found + segment.length > end) return false
      from = found + segment.length
    }
    return true
  }
}

function find(segment: Segment, value: string, from: number): number {
  if (segment.text !== undefined) return value.indexOf(segment.text, from)
  for (let at = from; at + segment.length <= value.length; at++) if (standsAt(segment, value, at)) return at
  return -1
}

function standsAt({ text, steps }: Segment, value: string, at: number): boolean {
  if (text !== undefined) return value.startsWith(text, at)
  for (const [index, step] of steps.entries()) {
    const code = value.charCodeAt(at + index)
    if (typeof step === 'number' ? step !== code : typeof step === 'function' && !step(code)) return false
  }
  return true
}

/** The set that begins after a `[`, and where its `]` stands; undefined when there is none. */
function readSet(pattern: string, start: number, ignoreCase: boolean): { matches: (code: number) => boolean; end: number } | undefined {
  const negated = pattern[start] === '!' || pattern[start] === '^'
  const members: ((code: number) => boolean)[] = []
  let index = negated ? start + 1 : start
  for (let first = true; first || pattern[index] !== ']'; first = false) {
    const named = CLASS.exec(pattern.slice(index, index + 16))
    if (named !== null) {
      const pool = CLASSES.get(named[1] ?? '')
      members.push((code) => pool?.test(String.fromCharCode(code)) ?? false)
      index += named[0].length
      continue
    }
    const low = readMember(pattern, index)
    if (low === undefined) return undefined
    index = low.next
    let high = low
    if (pattern[index] === '-' && pattern[index + 1] !== ']' && index + 1 < pattern.length) {
      high = readMember(pattern, index + 1) ?? low
      index = high.next
    }
    members.push((code) => code >= low.code && code <= high.code)
  }
  const within = (code: number) => members.some((member) => member(code))
  const matches = ignoreCase ? (code: number) => within(code) || within(upperCode(code)) : within
  return { matches: negated ? (code) => !matches(code) : matches, end: index }
}

function readMember(pattern: string, index: number): { code: number; next: number } | undefined {
  const escaped = pattern[index] === '\\' ? 1 : 0
  const at = index + escaped
  return at < pattern.length ? { code: pattern.charCodeAt(at), next: at + 1 } : undefined
}

function upperCode(code: number): number {
  return upperAscii(String.fromCharCode(code)).charCodeAt(0)
}

const CLASS = /^\[:([a-z]+):\]/
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /[A-Za-z]/],
  ['digit', /[0-9]/],
  ['alnum', /[0-9A-Za-z]/],
  ['upper', /[A-Z]/],
  ['lower', /[a-z]/],
  ['xdigit', /[0-9A-Fa-f]/],
  ['space', /[ \t\n\v\f\r]/],
  ['blank', /[ \t]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['graph', /[!-~]/],
  ['print', /[ -~]/],
  ['cntrl', /[^ -~\u0080-\u00ff]/],
])

import { containsText } from '../../condition/search.ts'
import { ANY, type Part, STAR } from './text.ts'

/** A matcher of whole values by a text with wildcards: `*` is any characters or none, `?` one character (a code point).
 *  Takes at most length × pattern steps, whatever the value. */
export function compileWildcard(parts: readonly Part[]): (value: string) => boolean {
  const segments = splitAtStars(parts)
  if (parts.includes(ANY)) {
    const matches = matcherOf(segments.map(codesOf), { standsAt: codesStandAt, find: findCodes })
    return (value) => matches(codePoints(value))
  }
  const texts = segments.map((segment) => segment.join(''))
  const [before, text, after] = texts
  if (texts.length === 1) return (value) => value === before
  if (texts.length === 3 && before === '' && after === '') return (value) => containsText(value, text ?? '')
  return matcherOf(texts, {
    standsAt: (value, part, at) => value.startsWith(part, at),
    find: (value, part, from) => value.indexOf(part, from),
  })
}

function splitAtStars(parts: readonly Part[]): Exclude<Part, typeof STAR>[][] {
  const segments: Exclude<Part, typeof STAR>[][] = [[]]
  for (const part of parts) {
    if (part === STAR) segments.push([])
    else segments.at(-1)?.push(part)
  }
  return segments
}

type Sized = { readonly length: number }
type Search<Value extends Sized, Segment extends Sized> = {
  readonly standsAt: (value: Value, segment: Segment, at: number) => boolean
  readonly find: (value: Value, segment: Segment, from: number) => number
}

/** The first segment stands at the start, the last at the end, and each between them is taken where it comes first: if the rest
 *  fits anywhere, it fits after that, so nothing is ever tried again. */
function matcherOf<Value extends Sized, Segment extends Sized>(
  [head, ...others]: readonly Segment[],
  { standsAt, find }: Search<Value, Segment>,
): (value: Value) => boolean {
  const tail = others.at(-1)
  const inner = others.slice(0, -1)
  if (head === undefined) return ({ length }) => length === 0
  if (tail === undefined) return (value) => value.length === head.length && standsAt(value, head, 0)
  return (value) => {
    const end = value.length - tail.length
    if (end < head.length || !standsAt(value, head, 0) || !standsAt(value, tail, end)) return false
    let from = head.length
    for (const segment of inner) {
      const found = find(value, segment, from)
      if (found < 0 || found + segment.length > end) return false
      from = found + segment.length
    }
    return true
  }
}

type Codes = readonly number[]
const ANY_CODE = -1

function codePoints(text: string): Codes {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0)
}

function codesOf(segment: readonly Exclude<Part, typeof STAR>[]): Codes {
  return segment.flatMap((part) => (part === ANY ? [ANY_CODE] : codePoints(part)))
}

function codesStandAt(value: Codes, segment: Codes, at: number): boolean {
  return segment.every((code, index) => code === ANY_CODE || code === value[at + index])
}

function findCodes(value: Codes, segment: Codes, from: number): number {
  for (let at = from; at + segment.length <= value.length; at++) if (codesStandAt(value, segment, at)) return at
  return -1
}

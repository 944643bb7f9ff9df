import { isJson } from '../detection/json.ts'
import { COLON, COMMA, endOfString, isBlank, isClosing, isOpening, QUOTE, removeBlanks } from './json-layout.ts'

/** JSON text without blanks between its tokens, and where each value stands in it, in the order of the text: three numbers a value
 *  (or key), its start, its end, and the place in `index` of what follows it. */
export type JsonText = { readonly text: string; readonly index: readonly number[] }

/** Why something is not taken. */
export type Refusal = { readonly refused: string }

/** As deep as Falco's own reader goes. */
const DEPTH_MAX = 300

/** Indexes JSON text; numbers, escapes, the order of keys and doubled keys stay as they are written. Lone surrogates become U+FFFD.
 *  Refused: what is no JSON, and what is nested more than 300 levels deep. Never throws. */
export function indexJson(written: string): JsonText | Refusal {
  const text = written.toWellFormed()
  // The walks over the text rely on it: they look at no more of it than they must.
  if (!isJson(text)) return { refused: 'not JSON' }
  const index = indexValues(text) ?? indexValues(removeBlanks(text))
  return index ?? { refused: `nested more than ${DEPTH_MAX} levels deep` }
}

/** Undefined where the text has blanks between its tokens, or nests too deep. */
function indexValues(text: string): JsonText | undefined {
  const index: number[] = []
  const open: number[] = []
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isOpening(code)) {
      if (open.push(index.length) > DEPTH_MAX) return undefined
      index.push(at, 0, 0)
      at += 1
    } else if (isClosing(code)) {
      at += 1
      const opened = open.pop() ?? 0
      index[opened + 1] = at
      index[opened + 2] = index.length
    } else if (isBetween(code)) at += 1
    else if (isBlank(code)) return undefined
    else {
      const end = code === QUOTE ? endOfString(text, at) : endOfLiteral(text, at)
      index.push(at, end, index.length + 3)
      at = end
    }
  }
  return { text, index }
}

function endOfLiteral(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && !isEnd(text.charCodeAt(at))) at += 1
  return at
}

function isEnd(code: number): boolean {
  return isBetween(code) || isClosing(code) || isBlank(code)
}

function isBetween(code: number): boolean {
  return code === COMMA || code === COLON
}

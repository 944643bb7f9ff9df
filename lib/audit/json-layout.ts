/** Characters that JSON is made of. */
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const BACKSLASH = 0x5c
const SPACE = 0x20

/** JSON without the blanks between its tokens. `text` must be JSON. */
export function removeBlanks(text: string): string {
  const parts: string[] = []
  let from = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (!isBlank(code)) at += 1
    else {
      parts.push(text.slice(from, at))
      while (isBlank(text.charCodeAt(at))) at += 1
      from = at
    }
  }
  return from === 0 ? text : parts.join('') + text.slice(from)
}

/** JSON without blanks → one value a line, each level two blanks further in; what is empty stays `{}` or `[]`. */
export function indentJson(compact: string): string {
  const parts: string[] = []
  let margin = '\n'
  let from = 0
  let at = 0
  const breakAt = (place: number, gap: string) => {
    parts.push(compact.slice(from, place), gap)
    from = place
  }
  while (at < compact.length) {
    const code = compact.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(compact, at)
      continue
    }
    if (isOpening(code) && isClosing(compact.charCodeAt(at + 1))) {
      at += 2
      continue
    }
    if (isOpening(code)) margin += '  '
    if (isClosing(code)) {
      margin = margin.slice(0, -2)
      breakAt(at, margin)
    } else if (isOpening(code) || code === COMMA) breakAt(at + 1, margin)
    else if (code === COLON) breakAt(at + 1, ' ')
    at += 1
  }
  return parts.join('') + compact.slice(from)
}

/** Where the string ends that starts at `start`: after the first quote that is behind an even number of backslashes. */
export function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (text.charCodeAt(quote - 1) === BACKSLASH && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote + 1
}

/** Outside of its strings, no other character of JSON is as low. */
export function isBlank(code: number): boolean {
  return code <= SPACE
}

export function isOpening(code: number): boolean {
  return code === BRACE || code === BRACKET
}

export function isClosing(code: number): boolean {
  return code === BRACE_END || code === BRACKET_END
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1
  return (quote - first) % 2 === 1
}

/** `*` and `?` in a Sigma text. */
export const STAR = Symbol('*')
export const ANY = Symbol('?')
export type Part = string | typeof STAR | typeof ANY

/** A Sigma text's literal parts and wildcards. A backslash makes literal the `*`, `?` or backslash after it, and is itself one before
 *  anything else. Source: Sigma rules specification, "Escaping". */
export function parseText(raw: string): readonly Part[] {
  const parts: Part[] = []
  let literal = ''
  const close = () => {
    if (literal !== '') parts.push(literal)
    literal = ''
  }
  for (let index = 0; index < raw.length; index++) {
    const character = raw.charAt(index)
    if (character === '\\' && /[*?\\]/.test(raw.charAt(index + 1))) {
      index += 1
      literal += raw.charAt(index)
    } else if (character === '*' || character === '?') {
      close()
      parts.push(character === '*' ? STAR : ANY)
    } else literal += character
  }
  close()
  return parts
}

/** The text of parts without wildcards; undefined when there are some. */
export function plainText(parts: readonly Part[]): string | undefined {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined
}

/** The same text with anything before it, after it, or both. */
export function opened(parts: readonly Part[], { before, after }: { readonly before: boolean; readonly after: boolean }): readonly Part[] {
  const head: readonly Part[] = before && parts[0] !== STAR ? [STAR, ...parts] : parts
  return after && head.at(-1) !== STAR ? [...head, STAR] : head
}

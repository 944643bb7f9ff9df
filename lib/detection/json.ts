/** JSON.parse, but an integer that a JS number cannot hold exactly becomes its decimal text (Falco's `evt.time` is over 2^53).
 *  `__proto__` keys are dropped. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, exactly)
}

function exactly(this: unknown, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (key === '__proto__') return undefined
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

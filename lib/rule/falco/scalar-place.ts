/** Where a character of a scalar's value stands in the YAML text. `source` is the scalar as written, from its quote or block header on;
 *  `offset` counts in `value`. YAML folds and indents blanks alone, so the other characters are counted. */
export function offsetInScalar(source: string, value: string, offset: number): number {
  const start = contentStart(source)
  const step = source[0] === '"' ? stepDouble : source[0] === "'" ? stepSingle : stepPlain
  let wanted = count(value.slice(0, offset))
  const onBlank = offset >= value.length || isBlank(value[offset])
  let index = start
  let end = start
  while (index < source.length) {
    const { length, blank } = step(source, index)
    if (!blank) {
      if (wanted === 0) return onBlank ? end : index
      wanted -= 1
    }
    index += length
    if (!blank) end = index
    if (wanted === 0 && onBlank) return end
  }
  return end
}

type Step = { readonly length: number; readonly blank: boolean }

function contentStart(source: string): number {
  if (source[0] === '"' || source[0] === "'") return 1
  if (source[0] !== '|' && source[0] !== '>') return 0
  const end = source.indexOf('\n')
  return end < 0 ? source.length : end + 1
}

function stepPlain(source: string, index: number): Step {
  return { length: 1, blank: isBlank(source[index]) }
}

function stepSingle(source: string, index: number): Step {
  return source[index] === "'" ? { length: 2, blank: false } : stepPlain(source, index)
}

function stepDouble(source: string, index: number): Step {
  if (source[index] !== '\\') return stepPlain(source, index)
  const escaped = source[index + 1] ?? ''
  const digits = { x: 2, u: 4, U: 8 }[escaped] ?? 0
  const blank = isBlank(escaped) || escaped === 'n' || escaped === 't' || escaped === 'r'
  return { length: 2 + digits, blank }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r'
}

function count(text: string): number {
  return text.replace(/[ \n\t\r]/g, '').length
}

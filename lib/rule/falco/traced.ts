import type { FilePlace } from './report.ts'

/** A text put together from places that are far apart, which still knows where each of its characters stands. */
export type Traced = { readonly text: string; readonly placeOf: (offset: number) => FilePlace }

export function fixed(text: string, at: FilePlace): Traced {
  return { text, placeOf: () => at }
}

/** A place where two parts meet belongs to the later one, except at the end. There must be a part. */
export function concat(parts: readonly Traced[]): Traced {
  const [only, ...more] = parts
  if (only !== undefined && more.length === 0) return only
  return {
    text: parts.map(({ text }) => text).join(''),
    placeOf: (offset) => {
      let start = 0
      for (const [index, { text, placeOf }] of parts.entries()) {
        if (offset < start + text.length || index === parts.length - 1) return placeOf(Math.max(0, offset - start))
        start += text.length
      }
      throw new RangeError('a text of no parts has no places')
    },
  }
}

/** The parts with one blank between them, as appending joins texts. */
export function joinParts(parts: readonly Traced[]): Traced {
  return concat(parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: ' ', placeOf: () => part.placeOf(0) }, part])))
}

/** The text without blanks around it and without every `removed`. */
export function trimmedWithout({ text, placeOf }: Traced, removed: string): Traced {
  const parts: Traced[] = []
  let start = 0
  for (const part of text.split(removed)) {
    const from = start
    parts.push({ text: part, placeOf: (offset) => placeOf(from + offset) })
    start += part.length + removed.length
  }
  const whole = concat(parts)
  const blanks = whole.text.length - whole.text.trimStart().length
  return { text: whole.text.trim(), placeOf: (offset) => whole.placeOf(blanks + offset) }
}

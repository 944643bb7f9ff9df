import { containsText } from '../../condition/search.ts'
import { type Atom, type Content, contentOf } from './content.ts'
import { sigmaField } from './field.ts'
import type { Matcher } from './matcher.ts'
import { numericOf } from './number.ts'
import type { Reference, Where } from './value.ts'

/** Of lists, so many elements of the field referred to are looked for within the other: each is a search. */
const MAX_PARTS = 100

/** Whether a field is what another one of the same detection is, or has it within. A field that is not there is like no other. */
export function compileReference({ field, cased, where }: Reference): Matcher {
  const other = (detection: Parameters<Matcher>[1]) => contentOf(sigmaField(detection, field))
  const textOf = (atom: Atom) => (cased ? atom.text : atom.folded)
  if (where === 'whole') {
    const keyOf = (atom: Atom) => {
      const number = numericOf(atom.value)
      return number === undefined ? `text ${textOf(atom)}` : `number ${number}`
    }
    return ({ atoms }, detection) => {
      const keys = new Set(other(detection).atoms.map(keyOf))
      return atoms.some((atom) => keys.has(keyOf(atom)))
    }
  }
  const holds = SEARCHES[where]
  return ({ atoms }: Content, detection) => {
    const parts = other(detection).atoms.slice(0, MAX_PARTS).map(textOf)
    return atoms.some((atom) => parts.some((part) => holds(textOf(atom), part)))
  }
}

const SEARCHES: Readonly<Record<Exclude<Where, 'whole'>, (text: string, part: string) => boolean>> = {
  start: (text, part) => text.startsWith(part),
  end: (text, part) => text.endsWith(part),
  anywhere: containsText,
}

import type { FieldValue } from '../../detection/detection.ts'
import { fold } from './fold.ts'

/** A value of a detection, or an element of one that is a list. */
export type Atom = { readonly value: string | number | boolean; readonly text: string; readonly folded: string }

/** What a field holds. `empty`: the field is not there, is null, is a list without elements, or has null among them. */
export type Content = { readonly present: boolean; readonly empty: boolean; readonly atoms: readonly Atom[] }

export function contentOf(value: FieldValue | undefined): Content {
  const elements = Array.isArray(value) ? value : [value]
  const atoms = elements.flatMap((element) => (element === null || element === undefined ? [] : [atomOf(element)]))
  return { present: value !== undefined, empty: elements.length === 0 || atoms.length < elements.length, atoms }
}

function atomOf(value: Atom['value']): Atom {
  const text = String(value)
  let folded: string | undefined
  return {
    value,
    text,
    get folded() {
      folded ??= fold(text)
      return folded
    },
  }
}

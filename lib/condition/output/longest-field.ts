import type { FieldReference } from '../ast.ts'
import type { CompileOptions } from '../compile.ts'
import { readBracketed } from '../operands.ts'
import type { Scanner } from '../tokens.ts'

/** The fields that a template may name. */
export type TemplateFields = Pick<CompileOptions<never>, 'field' | 'fieldNames'>

/** A field at the beginning of a template's text. `rest` is what looks like more of its name or an argument, and is text. */
export type LongestField = { readonly reference: FieldReference; readonly name: string; readonly rest: string }

// A longer name is no field's: so a hostile template takes a bounded time for each of its characters.
const LONGEST_NAME = 255
const FIELD_NAME = /\.[a-zA-Z][a-zA-Z0-9_]*$/
const ARGUMENT = /\[(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[^[\]"' \t\n\v\f\r]+)\]/y

/** Takes the longest text that is a field as it stands: with its argument where one may be, else without, else a shorter name. */
export function readLongestField(scanner: Scanner, { field }: TemplateFields): LongestField | undefined {
  const start = scanner.offset
  const at = scanner.at()
  const isField = (name: string, argument?: string) => {
    const found = field(name, argument)
    return found !== undefined && !('refused' in found)
  }
  const written = scanner.takeFieldName()
  if (written === undefined) return undefined
  const argument = seesArgument(scanner) ? readBracketed(scanner) : undefined
  const end = scanner.offset
  if (argument !== undefined && isField(written, argument)) {
    return { reference: { kind: 'field', name: written, argument, at }, name: written, rest: '' }
  }
  for (let length = Math.min(written.length, LONGEST_NAME); length > 0; length--) {
    const name = written.slice(0, length)
    if (!FIELD_NAME.test(name) || !isField(name)) continue
    scanner.offset = start + length
    return { reference: { kind: 'field', name, at }, name, rest: scanner.text.slice(scanner.offset, end) }
  }
  scanner.offset = start
  return undefined
}

/** Whether a whole argument in brackets begins here. */
export function seesArgument(scanner: Scanner): boolean {
  ARGUMENT.lastIndex = scanner.offset
  return ARGUMENT.test(scanner.text)
}

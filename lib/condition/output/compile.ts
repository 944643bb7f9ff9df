import { type CompileOptions, compileOperand } from '../compile.ts'
import { isList, textOf, type Value } from '../field.ts'
import { cutBytes, fitBytes } from './fit.ts'
import { type OutputWarning, type Placeholder, parseTemplate } from './parse.ts'
import { printTimes } from './time.ts'
import { compileValues, type OutputValues } from './values.ts'

/** Neither function throws, and each takes a time linear in what it reads. */
export type CompiledOutput<Event> = {
  /** The text; not `complete` where it ended before a missing value. Control characters are as the event has them. */
  readonly format: (event: Event) => { readonly text: string; readonly complete: boolean }
  /** The fields of the template, also of its calls, whether the text was complete or not. */
  readonly values: (event: Event) => OutputValues
  readonly warnings: readonly OutputWarning[]
}

export type OutputOptions<Event> = Pick<CompileOptions<Event>, 'field' | 'fieldNames'> & {
  /** `print`: a missing value is `<NA>`, and a leading `*` is text. `by asterisk`: so it is in a template that begins with `*`, which
   *  is not printed; in any other a missing value ends the text. Falco's engine does the first, its formatter alone the second. */
  readonly missing?: 'print' | 'by asterisk'
  /** Beside the fields that a call reads, `values` has what the call gives: `toupper(proc.name)`. */
  readonly resolveTransformedFields?: boolean
}

const MISSING = '<NA>'
/** How much Falco prints of a list, in bytes. */
const LONGEST_LIST = 1023

/** Compiles an output template; what is wrong with it throws a ConditionError, with the place in the template. A field's argument is
 *  part of its name in `values`: `proc.aname[2]`. Source: Falco's event formatter (libs, engine 0.63). */
export function compileOutput<Event>(template: string, options: OutputOptions<Event>): CompiledOutput<Event> {
  const { missing = 'print', resolveTransformedFields: resolved = false } = options
  const { parts, warnings } = parseTemplate(template, options)
  const marked = missing === 'by asterisk' && template.startsWith('*')
  const absent = missing === 'print' || marked ? MISSING : undefined
  const printed = { ...options, field: printTimes(options.field) }
  const texts = parts.map((part) => (typeof part === 'string' ? part : compileText(part, printed, absent)))
  const operands = parts.filter((part) => typeof part !== 'string').map(({ operand }) => operand)
  return {
    format: (event) => {
      let text = ''
      for (const part of texts) {
        const next = typeof part === 'string' ? part : part(event)
        if (next === undefined) return { text, complete: false }
        text += next
      }
      return { text: marked ? text.slice(1) : text, complete: true }
    },
    values: compileValues(operands, { resolved, ...options }),
    warnings,
  }
}

function compileText<Event>({ operand, width }: Placeholder, options: OutputOptions<Event>, absent: string | undefined) {
  const { get } = compileOperand(operand, options)
  return (event: Event): string | undefined => {
    const value = get(event)
    const text = value === undefined ? absent : printValue(value)
    return text === undefined || width === 0 ? text : fitBytes(text, width)
  }
}

function printValue(value: Value): string {
  return isList(value) ? cutBytes(`(${value.map(textOf).join(',')})`, LONGEST_LIST) : textOf(value)
}

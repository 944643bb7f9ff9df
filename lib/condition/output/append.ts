import { compareBytes } from '../bytes.ts'
import { ConditionError } from '../error.ts'
import { readField } from '../operands.ts'
import { Scanner } from '../tokens.ts'
import { type CompiledOutput, compileOutput, type OutputOptions } from './compile.ts'
import { compileValues, type OutputValues } from './values.ts'

/** One entry of falco.yaml's `append_output`. What `match` does not say, or says as an empty text, fits every rule. */
export type AppendOutput = {
  /** All of `tags` must be on the rule. */
  readonly match?: { readonly source?: string; readonly rule?: string; readonly tags?: readonly string[] }
  /** A template that the output goes on with, after a blank. */
  readonly extraOutput?: string
  readonly extraFields?: readonly ExtraField[]
}

/** A field for the alert's fields alone: a name, `proc.aname[2]`, for the raw value; or templates by the names of their texts. */
export type ExtraField = string | Readonly<Record<string, string>>

type AppendedRule = { readonly rule: string; readonly source: string; readonly tags: readonly string[]; readonly output: string }

/** A rule's template and extra fields, with those of the entries that fit it, in their order. */
export function appendOutput(
  { rule, source, tags, output }: AppendedRule,
  entries: readonly AppendOutput[],
): { readonly output: string; readonly extraFields: readonly ExtraField[] } {
  const fitting = entries.filter(
    ({ match = {} }) =>
      (match.source || source) === source && (match.rule || rule) === rule && match.tags?.every((tag) => tags.includes(tag)) !== false,
  )
  return {
    output: [output, ...fitting.flatMap(({ extraOutput }) => extraOutput || [])].join(' '),
    extraFields: fitting.flatMap(({ extraFields = [] }) => extraFields),
  }
}

/** The output with more fields in its `values`; of two with one name the later stands. ConditionError for a field or a template that
 *  is wrong, with the place in its own text. */
export function addExtraFields<Event>(
  output: CompiledOutput<Event>,
  extraFields: readonly ExtraField[],
  options: OutputOptions<Event>,
): CompiledOutput<Event> {
  if (extraFields.length === 0) return output
  const extra = extraFields.flatMap((field) =>
    typeof field === 'string'
      ? [rawField(field, options)]
      : Object.entries(field).map(([name, template]) => formattedField(name, template, options)),
  )
  const values = (event: Event) => {
    const members = [output.values, ...extra].flatMap((valuesOf) => Object.entries(valuesOf(event)))
    return Object.fromEntries([...new Map(members)].sort(([left], [right]) => compareBytes(left, right)))
  }
  return { ...output, values }
}

function rawField<Event>(text: string, options: OutputOptions<Event>): (event: Event) => OutputValues {
  const scanner = new Scanner(text, 1)
  const reference = readField(scanner)
  if (reference === undefined || !scanner.ended()) throw new ConditionError('an extra field is the name of one field', scanner.at())
  return compileValues([reference], { ...options, resolved: false })
}

function formattedField<Event>(name: string, template: string, options: OutputOptions<Event>): (event: Event) => OutputValues {
  const { format } = compileOutput(template, { ...options, missing: 'print' })
  return (event) => ({ [name]: format(event).text })
}

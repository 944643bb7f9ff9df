import type { Argument, Call, FieldReference } from '../ast.ts'
import { compareBytes } from '../bytes.ts'
import { type CompileOptions, compileOperand } from '../compile.ts'
import { isList, type Scalar, textOf, type Value } from '../field.ts'
import { printArgument } from '../print.ts'
import { readTime } from './time.ts'

/** A JSON value, with integers beyond 2^53 as bigint. */
export type OutputValue = OutputScalar | readonly OutputScalar[] | null
type OutputScalar = string | number | bigint | boolean

/** By field, `proc.aname[2]` with its argument, in order of the keys; null for what the event does not have. */
export type OutputValues = Readonly<Record<string, OutputValue>>

type ValueOptions<Event> = Pick<CompileOptions<Event>, 'field' | 'fieldNames'> & { readonly resolved: boolean }

/** What the operands of a template are made of: the fields, and with `resolved` also what calls give. */
export function compileValues<Event>(
  operands: readonly (FieldReference | Call)[],
  { resolved, ...options }: ValueOptions<Event>,
): (event: Event) => OutputValues {
  const sources = new Map(operands.flatMap((operand) => sourcesOf(operand, resolved)).map((source) => [keyOf(source), source]))
  const getters = [...sources].map(([key, source]) => [key, compileOperand(source, options).get, nameOf(source)] as const)
  getters.sort(([left], [right]) => compareBytes(left, right))
  return (event) => Object.fromEntries(getters.map(([key, get, name]) => [key, outputValue(readTime(name, get(event)))]))
}

// Falco applies these to a field or a joined text in place: of a chain of them only the last result has a name.
const IN_PLACE: ReadonlySet<string> = new Set(['tolower', 'toupper', 'b64', 'basename', 'len'])

function sourcesOf(operand: Argument, resolved: boolean): (FieldReference | Call)[] {
  switch (operand.kind) {
    case 'field':
      return [operand]
    case 'literal':
      return []
    case 'arguments':
      return operand.items.flatMap((item) => sourcesOf(item, resolved))
    case 'call': {
      const inner = innermost(operand).arguments.flatMap((argument) => sourcesOf(argument, resolved))
      return resolved ? [operand, ...inner] : inner
    }
  }
}

function innermost(call: Call): Call {
  const [only] = call.arguments
  return IN_PLACE.has(call.name) && only?.kind === 'call' ? innermost(only) : call
}

function keyOf(source: FieldReference | Call): string {
  if (source.kind === 'call') return printArgument(source)
  return source.argument === undefined ? source.name : `${source.name}[${source.argument}]`
}

function nameOf(source: FieldReference | Call): string {
  return source.kind === 'field' ? source.name : ''
}

function outputValue(value: Value | undefined): OutputValue {
  if (value === undefined) return null
  return isList(value) ? value.map(outputScalar) : outputScalar(value)
}

function outputScalar(value: Scalar): OutputScalar {
  return value instanceof Uint8Array ? textOf(value) : value
}

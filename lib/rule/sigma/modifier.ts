import { SigmaError } from './error.ts'
import type { SigmaValue } from './value.ts'

/** What a modifier knows: its own name, which ones were applied before it, and whether the item has a field. */
export type Context = {
  readonly name: string
  readonly before: readonly string[]
  readonly hasField: boolean
  readonly path: readonly PropertyKey[]
}
export type Modifier = (value: SigmaValue, context: Context) => SigmaValue

type Handlers = {
  readonly [Kind in 'text' | 'regex' | 'reference' | 'number' | 'time' | 'boolean']?: (
    value: Extract<SigmaValue, { kind: Kind }>,
    context: Context,
  ) => SigmaValue
}

/** A modifier of these kinds of values; SigmaError for another. What became several values is modified one by one. */
export function modifierOf(handlers: Handlers): Modifier {
  const modify: Modifier = (value, context) => {
    if (value.kind === 'oneOf') return { kind: 'oneOf', values: value.values.map((one) => modify(one, context)) }
    const modified = modifyOne(handlers, value, context)
    if (modified !== undefined) return modified
    const wanted = Object.keys(handlers).map((kind) => NAMES[kind] ?? kind)
    throw refusal(context, `goes with ${wanted.join(' or ')}, not with ${NAMES[value.kind] ?? value.kind}`)
  }
  return modify
}

/** The same, for one that must come first. */
export function firstModifier(handlers: Handlers): Modifier {
  const modify = modifierOf(handlers)
  return (value, context) => {
    if (context.before.length > 0) throw refusal(context, `must be the first modifier, not after ${context.before.join(', ')}`)
    return modify(value, context)
  }
}

export function refusal({ name, path }: Context, problem: string): SigmaError {
  return new SigmaError(`the modifier ${name} ${problem}`, path)
}

function modifyOne(handlers: Handlers, value: SigmaValue, context: Context): SigmaValue | undefined {
  switch (value.kind) {
    case 'text':
      return handlers.text?.(value, context)
    case 'regex':
      return handlers.regex?.(value, context)
    case 'reference':
      return handlers.reference?.(value, context)
    case 'number':
      return handlers.number?.(value, context)
    case 'time':
      return handlers.time?.(value, context)
    case 'boolean':
      return handlers.boolean?.(value, context)
    default:
      return undefined
  }
}

const NAMES: Readonly<Record<string, string>> = {
  text: 'a text',
  regex: 'a regular expression (re)',
  reference: 'a field reference (fieldref)',
  number: 'a number',
  time: 'a part of a time',
  boolean: 'true or false',
  null: 'null',
  compare: 'a comparison',
  cidr: 'a network',
  exists: 'exists',
}

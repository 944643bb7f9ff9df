import type { Argument, Call } from './ast.ts'
import { byteLength, lowerAscii, upperAscii } from './bytes.ts'
import { ConditionError } from './error.ts'
import { type Field, type FieldType, isList, type Scalar, textOf, type Value } from './field.ts'
import { getopt, getoptValue } from './getopt.ts'

/** What a call's arguments are compiled by: a field, or a call within the call, as a field. */
export type CompileOperand<Event> = (argument: Argument) => Field<Event>

/** A transformer call as a field: absent where an argument is. Over a list, the transformers of one string take each of its values.
 *  ConditionError for a wrong number of arguments or a type that the transformer does not take. */
export function compileCall<Event>(call: Call, operand: CompileOperand<Event>): Field<Event> {
  switch (call.name) {
    case 'val':
      return operand(single(call))
    case 'tolower':
      return mapTexts(call, operand(single(call)), lowerAscii)
    case 'toupper':
      return mapTexts(call, operand(single(call)), upperAscii)
    case 'basename':
      return mapTexts(call, operand(single(call)), (path) => path.slice(path.lastIndexOf('/') + 1))
    case 'b64':
      return decoded(call, operand(single(call)))
    case 'len':
      return lengthOf(call, operand(single(call)))
    case 'concat':
      return concatOf(call, operand)
    case 'join':
      return joinOf(call, operand)
    case 'getopt':
      return getoptOf(call, operand)
  }
}

function mapTexts<Event>(call: Call, field: Field<Event>, transform: (text: string) => string): Field<Event> {
  if (field.type !== 'string' && field.type !== 'json') throw unsupported(call, field.type)
  return mapValues(field, (value) => (typeof value === 'string' || field.type === 'json' ? transform(textOf(value)) : undefined))
}

function decoded<Event>(call: Call, field: Field<Event>): Field<Event> {
  if (field.type === 'bytes') return mapValues(field, (value) => decodeBase64(textOf(value)))
  if (field.type !== 'string' && field.type !== 'json') throw unsupported(call, field.type)
  return mapValues(field, (value) => decodeBase64(textOf(value))?.toString())
}

function mapValues<Event>({ type, list = false, get }: Field<Event>, transform: (value: Scalar) => Scalar | undefined): Field<Event> {
  return {
    type,
    list,
    get: (event) => {
      const value = get(event)
      if (value === undefined) return undefined
      if (!isList(value)) return transform(value)
      const values = value.map(transform).filter((item) => item !== undefined)
      return values.length === 0 ? undefined : values
    },
  }
}

function lengthOf<Event>(call: Call, { type, list, get }: Field<Event>): Field<Event> {
  if (!list && type !== 'string' && type !== 'bytes' && type !== 'json') throw unsupported(call, type)
  return {
    type: 'uint64',
    get: (event) => {
      const value = get(event)
      if (value === undefined) return undefined
      if (isList(value) || value instanceof Uint8Array) return value.length
      return byteLength(textOf(value))
    },
  }
}

function concatOf<Event>(call: Call, operand: CompileOperand<Event>): Field<Event> {
  if (call.arguments.length < 2) throw new ConditionError("'concat' takes two or more arguments", call.at)
  const parts = call.arguments.map((argument) => textOperand(call, operand(argument)))
  return { type: 'string', get: (event) => textsOf(parts, event)?.join('') }
}

function joinOf<Event>(call: Call, operand: CompileOperand<Event>): Field<Event> {
  const [separator, list] = pair(call)
  const text = textOperand(call, operand(separator))
  const words = wordsOf(call, list, operand)
  return {
    type: 'string',
    get: (event) => {
      const between = text(event)
      return between === undefined ? undefined : words(event)?.join(between)
    },
  }
}

function getoptOf<Event>(call: Call, operand: CompileOperand<Event>): Field<Event> {
  const [list, options] = pair(call)
  const words = wordsOf(call, list, operand)
  const text = textOperand(call, operand(options))
  const { option } = call
  const read = (event: Event): Value | undefined => {
    const given = words(event)
    const letters = text(event)
    if (given === undefined || letters === undefined) return undefined
    return option === undefined ? getopt(given, letters) : getoptValue(given, letters, option)
  }
  return { type: 'string', list: option === undefined, get: read }
}

/** The words of a list: one written out in the call, whose parts must all be present, or a list field. */
function wordsOf<Event>(call: Call, list: Argument, operand: CompileOperand<Event>): (event: Event) => readonly string[] | undefined {
  if (list.kind === 'arguments') {
    const parts = list.items.map((item) => textOperand(call, operand(item)))
    return (event) => textsOf(parts, event)
  }
  const field = operand(list)
  if (!field.list && field.type !== 'json') throw new ConditionError(`'${call.name}' takes a list here`, list.at)
  return (event) => {
    const value = field.get(event)
    if (value === undefined) return undefined
    return isList(value) ? value.map(textOf) : [textOf(value)]
  }
}

function textOperand<Event>(call: Call, { type, list, get }: Field<Event>): (event: Event) => string | undefined {
  if (list) throw new ConditionError(`'${call.name}' does not take a list here`, call.at)
  if (type === 'bytes') throw unsupported(call, type)
  return (event) => {
    const value = get(event)
    return value === undefined || isList(value) ? undefined : textOf(value)
  }
}

function textsOf<Event>(parts: readonly ((event: Event) => string | undefined)[], event: Event): string[] | undefined {
  const texts: string[] = []
  for (const part of parts) {
    const text = part(event)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts
}

function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  return Buffer.from(digits, 'base64')
}

function single(call: Call): Argument {
  const [only, ...more] = call.arguments
  if (only === undefined || more.length > 0 || only.kind === 'arguments')
    throw new ConditionError(`'${call.name}' takes one argument`, call.at)
  return only
}

function pair(call: Call): [Argument, Argument] {
  const [first, second, ...more] = call.arguments
  if (first === undefined || second === undefined || more.length > 0)
    throw new ConditionError(`'${call.name}' takes two arguments`, call.at)
  return [first, second]
}

function unsupported(call: Call, type: FieldType): ConditionError {
  return new ConditionError(`can't add field transformer: type '${type}' is not supported by '${call.name}'`, call.at)
}

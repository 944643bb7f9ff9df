import { type Argument, type ArgumentList, type Call, type FieldReference, type List, type Literal, TRANSFORMERS } from './ast.ts'
import type { Scanner } from './tokens.ts'

/** What may stand left or right of an operator. Each reader gives undefined, and takes nothing, where its form does not begin. */
export function readField(scanner: Scanner): FieldReference | undefined {
  const at = scanner.at()
  const name = scanner.takeFieldName()
  if (name === undefined) return undefined
  const argument = readBracketed(scanner)
  return argument === undefined ? { kind: 'field', name, at } : { kind: 'field', name, argument, at }
}

/** A transformer call other than `val`. */
export function readCall(scanner: Scanner): Call | undefined {
  const at = scanner.at()
  const name = TRANSFORMERS.find((known) => scanner.take(`${known}(`))
  if (name === undefined) return undefined
  scanner.enter()
  const items = readArguments(scanner, 'with lists')
  scanner.leave("expected a ')' token closing the transformer")
  const option = name === 'getopt' ? readBracketed(scanner) : undefined
  return option === undefined ? { kind: 'call', name, arguments: items, at } : { kind: 'call', name, arguments: items, option, at }
}

/** A transformer call on the right side, where `val` is one: it holds one plain field. */
export function readRightCall(scanner: Scanner): Call | undefined {
  const at = scanner.at()
  if (!scanner.take('val(')) return readCall(scanner)
  scanner.skipBlank()
  const field = readField(scanner) ?? scanner.fail("expected a field within 'val' transformer")
  scanner.close("expected a ')' token closing the transformer")
  return { kind: 'call', name: 'val', arguments: [field], at }
}

/** A list of values in parentheses; `()` is one. */
export function readList(scanner: Scanner): List | undefined {
  const at = scanner.at()
  if (!scanner.take('(')) return undefined
  scanner.skipBlank()
  const items: Literal[] = []
  if (scanner.take(')')) return { kind: 'list', items, at }
  do {
    scanner.skipBlank()
    items.push(readText(scanner) ?? scanner.fail('expected a string value'))
    scanner.skipBlank()
  } while (scanner.take(','))
  scanner.close("expected a ')' token")
  return { kind: 'list', items, at }
}

/** A quoted or a bare string. */
export function readText(scanner: Scanner): Literal | undefined {
  const at = scanner.at()
  return literal(scanner.takeQuoted() ?? scanner.takeBareText(), at)
}

export function readNumber(scanner: Scanner): Literal | undefined {
  const at = scanner.at()
  return literal(scanner.takeNumber(), at)
}

/** An identifier that stands for a value. */
export function readWord(scanner: Scanner): Literal | undefined {
  const at = scanner.at()
  return literal(scanner.takeIdentifier(), at)
}

function literal(text: string | undefined, at: Literal['at']): Literal | undefined {
  return text === undefined ? undefined : { kind: 'literal', text, at }
}

/** The argument in brackets, unquoted. */
export function readBracketed(scanner: Scanner): string | undefined {
  if (!scanner.take('[')) return undefined
  const argument = scanner.takeQuoted() ?? scanner.takeBareArgument()
  if (argument === undefined) return scanner.fail('expected a valid field argument: a quoted string or a bare string')
  if (!scanner.take(']')) scanner.fail("expected a ']' token")
  return argument
}

function readArguments(scanner: Scanner, form: 'with lists' | 'plain'): Argument[] {
  const items: Argument[] = []
  do {
    scanner.skipBlank()
    const item = readArgument(scanner) ?? (form === 'with lists' ? readArgumentList(scanner) : undefined)
    items.push(item ?? scanner.fail('expected field transformer argument: field, transformer, quoted string, number, or transformer list'))
    scanner.skipBlank()
  } while (scanner.take(','))
  return items
}

function readArgument(scanner: Scanner): Argument | undefined {
  const at = scanner.at()
  return readNumber(scanner) ?? literal(scanner.takeQuoted(), at) ?? readField(scanner) ?? readCall(scanner)
}

function readArgumentList(scanner: Scanner): ArgumentList | undefined {
  const at = scanner.at()
  if (!scanner.take('(')) return undefined
  scanner.skipBlank()
  if (scanner.take(')')) return { kind: 'arguments', items: [], at }
  const items = readArguments(scanner, 'plain')
  scanner.close("expected a ')' token closing the list")
  return { kind: 'arguments', items, at }
}

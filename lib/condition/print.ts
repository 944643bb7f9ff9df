import type { Argument, Check, Expr, FieldReference, List, Literal } from './ast.ts'

type PrintOptions = { readonly exact?: boolean }

/** A condition in Falco's canonical form, which tells whether two compiled conditions are the same. It is not always readable again
 *  (`"a,b"` loses its quotes, as it does in Falco); with `exact` whatever needs quotes has them, and parsing gives the same tree. */
export function printCondition(expr: Expr, options: PrintOptions = {}): string {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return `(${expr.items.map((item) => printCondition(item, options)).join(` ${expr.kind} `)})`
    case 'not': {
      const item = printCondition(expr.item, options)
      return options.exact && expr.item.kind === 'not' ? `not (${item})` : `not ${item}`
    }
    case 'macro':
      return expr.name
    case 'check':
      return printCheck(expr, options)
  }
}

/** A field as it is written: its name, and its argument in brackets. */
export function printField({ name, argument }: FieldReference, options: PrintOptions = {}): string {
  return argument === undefined ? name : name + printBracketed(argument, options)
}

function printCheck({ left, operator, modifier, right }: Check, options: PrintOptions): string {
  const words = [printArgument(left, options), operator, modifier, right && printRight(right, options)]
  return words.filter((word) => word !== undefined).join(' ')
}

function printRight(right: NonNullable<Check['right']>, options: PrintOptions): string {
  if (right.kind === 'call') return printArgument(right, options)
  return right.kind === 'list' ? printList(right, options) : printValue(right, options)
}

function printList(list: List, options: PrintOptions): string {
  return `(${list.items.map((item) => printValue(item, options)).join(', ')})`
}

function printValue({ text }: Literal, { exact }: PrintOptions): string {
  return exact && /[(),]/.test(text) ? quote(text, true) : quoteWhereNeeded(text, exact)
}

/** A field, a literal or a call as it is written, without blanks. */
export function printArgument(argument: Argument, options: PrintOptions = {}): string {
  switch (argument.kind) {
    case 'field':
      return printField(argument, options)
    case 'literal':
      return options.exact ? quote(argument.text, true) : quoteWhereNeeded(argument.text)
    case 'arguments':
      return `(${argument.items.map((item) => printArgument(item, options)).join(',')})`
    case 'call': {
      const inner = argument.arguments.map((item) => printArgument(item, options)).join(',')
      return `${argument.name}(${inner})${argument.option === undefined ? '' : printBracketed(argument.option, options)}`
    }
  }
}

function printBracketed(argument: string, { exact }: PrintOptions): string {
  const written = exact && /[[\]]/.test(argument) ? quote(argument, exact) : quoteWhereNeeded(argument, exact)
  return `[${written}]`
}

function quoteWhereNeeded(text: string, exact = false): string {
  return /^$|[\p{Cc} =\\"']/u.test(text) || !text.isWellFormed() ? quote(text, exact) : text
}

function quote(text: string, exact = false): string {
  const escaped = text.replace(/[\p{Cc}\\"\u{DC80}-\u{DCFF}]/gu, escapeCharacter)
  // A value cannot be written with two backslashes before its closing quote; backslash and blank means the same.
  return exact && text.endsWith('\\') ? `"${escaped.slice(0, -1)} "` : `"${escaped}"`
}

/** The escapes of a quoted string that have a letter of their own, or are doubled. */
export const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (code >= 0x80 && code < 0xdc00) return character // the controls U+0080 to U+009F, which two bytes stand for
  return SHORT_ESCAPES.get(character) ?? `\\x${(code & 0xff).toString(16).padStart(2, '0')}`
}

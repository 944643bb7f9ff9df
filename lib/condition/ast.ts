import type { Position } from './error.ts'

/** A parsed condition. Every node knows where it began (`at`), in the text it was parsed from. */
export type Expr = Junction | Negation | MacroReference | Check
export type Junction = { readonly kind: 'and' | 'or'; readonly items: readonly Expr[]; readonly at: Position }
export type Negation = { readonly kind: 'not'; readonly item: Expr; readonly at: Position }
export type MacroReference = { readonly kind: 'macro'; readonly name: string; readonly at: Position }

/** `left operator [modifier] right`. Only `exists` has no right side; `<` to `>=` keep their number as it was written. */
export type Check = {
  readonly kind: 'check'
  readonly left: FieldReference | Call
  readonly operator: Operator
  readonly modifier?: Modifier
  readonly right?: Literal | List | Call
  readonly at: Position
}

/** A field name of at least two segments; `argument` is what stood in brackets, unquoted. */
export type FieldReference = { readonly kind: 'field'; readonly name: string; readonly argument?: string; readonly at: Position }

/** A transformer call; `val` only on the right. `option` is the bracketed letter that only getopt takes. */
export type Call = {
  readonly kind: 'call'
  readonly name: TransformerName
  readonly arguments: readonly Argument[]
  readonly option?: string
  readonly at: Position
}
export type Argument = FieldReference | Call | Literal | ArgumentList
export type ArgumentList = { readonly kind: 'arguments'; readonly items: readonly Argument[]; readonly at: Position }

/** A value as text, escapes resolved. A byte from `\xHH` that is no UTF-8 is kept as the lone surrogate U+DC00 + byte. */
export type Literal = { readonly kind: 'literal'; readonly text: string; readonly at: Position }
export type List = { readonly kind: 'list'; readonly items: readonly Literal[]; readonly at: Position }

export type Modifier = 'oneof' | 'anyof' | 'allof'
export type Operator = 'exists' | NumberOperator | TextOperator | ListOperator
export type NumberOperator = (typeof NUMBER_OPERATORS)[number]
export type TextOperator = (typeof TEXT_OPERATORS)[number]
export type ListOperator = (typeof LIST_OPERATORS)[number]
export type TransformerName = (typeof TRANSFORMERS)[number] | 'val'

// Where one is the beginning of another, the longer comes first: the parser takes the first that fits.
export const NUMBER_OPERATORS = ['<=', '<', '>=', '>'] as const
export const TEXT_OPERATORS = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const
export const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'] as const

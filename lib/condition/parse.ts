import {
  type Call,
  type Check,
  type Expr,
  type FieldReference,
  LIST_OPERATORS,
  type List,
  type ListOperator,
  type Literal,
  MODIFIERS,
  type Modifier,
  NUMBER_OPERATORS,
  type Operator,
  TEXT_OPERATORS,
  type TextOperator,
  TRANSFORMERS,
} from './ast.ts'
import { readCall, readField, readList, readNumber, readRightCall, readText, readWord } from './operands.ts'
import { Scanner } from './tokens.ts'

/** Parses a whole condition of Falco's language; throws ConditionError with the place and, where evident, a hint.
 *  Names of fields, macros and lists are not resolved. `maxDepth` bounds the nesting of parentheses and transformer calls.
 *  Source: Falco's filter grammar (libs, engine 0.63). */
export function parseCondition(text: string, { maxDepth = 1000 }: { maxDepth?: number } = {}): Expr {
  const scanner = new Scanner(text, maxDepth)
  scanner.skipBlank()
  if (scanner.ended()) scanner.fail('the condition is empty')
  const expr = readJunction(scanner, 'or')
  if (!scanner.ended()) scanner.fail(`unexpected token after '${scanner.last}', expecting 'or', 'and'`)
  return expr
}

function readJunction(scanner: Scanner, kind: 'and' | 'or'): Expr {
  scanner.skipBlank()
  const at = scanner.at()
  const readItem = kind === 'or' ? readConjunction : readNegation
  const first = readItem(scanner)
  const items = [first]
  scanner.skipBlank()
  while (scanner.take(kind)) {
    if (!scanner.skipBlank() && !scanner.sees('(')) scanner.fail(`expected blank or '(' after '${kind}'`)
    items.push(readItem(scanner))
    scanner.skipBlank()
  }
  return items.length === 1 ? first : { kind, items, at }
}

function readConjunction(scanner: Scanner): Expr {
  return readJunction(scanner, 'and')
}

/** A term after any number of `not`, of which pairs cancel. */
function readNegation(scanner: Scanner): Expr {
  const at = scanner.at()
  let negated = false
  for (;;) {
    const start = scanner.offset
    if (!scanner.take('not')) break
    if (!scanner.skipBlank() && !scanner.sees('(')) {
      scanner.offset = start // a name that begins with not
      break
    }
    negated = !negated
  }
  const item = readTerm(scanner)
  return negated ? { kind: 'not', item, at } : item
}

function readTerm(scanner: Scanner): Expr {
  const at = scanner.at()
  if (scanner.take('(')) {
    scanner.enter()
    const expr = readJunction(scanner, 'or')
    scanner.leave("expected a ')' token")
    return expr
  }
  const left = readField(scanner) ?? readCall(scanner)
  if (left !== undefined) return readCheck(scanner, left)
  const name = scanner.takeIdentifier()
  if (name !== undefined) return { kind: 'macro', name, at }
  return scanner.fail("expected a '(' token, a field check, or an identifier")
}

function readCheck(scanner: Scanner, left: FieldReference | Call): Check {
  const { at } = left
  scanner.skipBlank()
  if (scanner.take('exists')) return { kind: 'check', left, operator: 'exists', at }
  const ordering = NUMBER_OPERATORS.find((name) => scanner.take(name))
  if (ordering !== undefined) return { kind: 'check', left, operator: ordering, right: readNumberValue(scanner), at }
  const operator = readTextOperator(scanner)
  if (operator !== undefined) {
    scanner.skipBlank()
    return { kind: 'check', left, operator, ...(readModified(scanner) ?? { right: readTextValue(scanner) }), at }
  }
  const containing = LIST_OPERATORS.find((name) => scanner.take(name))
  if (containing !== undefined) return { kind: 'check', left, operator: containing, right: readListValue(scanner, containing), at }
  return scanner.fail(`expected a valid check operator: one of ${quoted(OPERATORS)}`)
}

/** An operator of the string group; the ones that are words end at a blank. */
function readTextOperator(scanner: Scanner): TextOperator | undefined {
  const start = scanner.offset
  const operator = TEXT_OPERATORS.find((name) => scanner.take(name))
  if (operator === undefined || !/[a-z]/.test(operator) || scanner.seesBlank()) return operator
  scanner.offset = start
  return undefined
}

/** `oneof`, `anyof` or `allof` with its list; where no list follows, the word is an ordinary value and nothing is taken. */
function readModified(scanner: Scanner): { modifier: Modifier; right: Literal | List } | undefined {
  const start = scanner.offset
  const modifier = MODIFIERS.find((name) => scanner.take(name))
  if (modifier === undefined) return undefined
  if (scanner.skipBlank()) {
    const right = readList(scanner) ?? readWord(scanner)
    if (right !== undefined && !(right.kind === 'literal' && KEYWORDS.has(right.text))) return { modifier, right }
  }
  scanner.offset = start
  return undefined
}

function readNumberValue(scanner: Scanner): Literal | Call {
  scanner.skipBlank()
  return (
    readRightCall(scanner) ??
    readNumber(scanner) ??
    scanner.fail(`expected a number value or ${RIGHT_CALL}`, 'order is by number, written without quotes')
  )
}

function readTextValue(scanner: Scanner): Literal | Call {
  return readRightCall(scanner) ?? readText(scanner) ?? scanner.fail(`expected a string value or ${RIGHT_CALL}`)
}

function readListValue(scanner: Scanner, operator: ListOperator): Literal | List | Call {
  scanner.skipBlank()
  return (
    readList(scanner) ??
    readRightCall(scanner) ??
    readWord(scanner) ??
    scanner.fail(`expected a list, an identifier, or ${RIGHT_CALL}`, `write the values in parentheses: ${operator} (…)`)
  )
}

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not'])
const OPERATORS: readonly Operator[] = ['exists', ...NUMBER_OPERATORS, ...TEXT_OPERATORS, ...LIST_OPERATORS]
const RIGHT_CALL = `a field with a valid transformer: ${quoted(['val', ...TRANSFORMERS])}`

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ')
}

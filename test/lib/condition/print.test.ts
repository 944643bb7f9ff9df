import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Argument, Call, Check, Expr, FieldReference, List, Literal } from '../../../lib/condition/ast.ts'
import { LIST_OPERATORS, MODIFIERS, NUMBER_OPERATORS, TEXT_OPERATORS, TRANSFORMERS } from '../../../lib/condition/ast.ts'
import { parseCondition } from '../../../lib/condition/parse.ts'
import { printCondition } from '../../../lib/condition/print.ts'

const at = { offset: 0, line: 1, column: 1 }
const literal = (text: string): Literal => ({ kind: 'literal', text, at })
const check = (text: string): Check => ({
  kind: 'check',
  left: { kind: 'field', name: 'f.x', at },
  operator: '=',
  right: literal(text),
  at,
})

test.each([
  { value: 'plain', canonical: 'plain', exact: 'plain' },
  { value: 'two words', canonical: '"two words"', exact: '"two words"' },
  { value: 'a=b', canonical: '"a=b"', exact: '"a=b"' },
  { value: 'a\\b', canonical: String.raw`"a\\b"`, exact: String.raw`"a\\b"` },
  { value: `it's`, canonical: `"it's"`, exact: `"it's"` },
  { value: 'say "x"', canonical: String.raw`"say \"x\""`, exact: String.raw`"say \"x\""` },
  { value: '\b\f\n\r\t\0\u0001', canonical: String.raw`"\b\f\n\r\t\x00\x01"`, exact: String.raw`"\b\f\n\r\t\x00\x01"` },
  { value: '\udcff', canonical: String.raw`"\xff"`, exact: String.raw`"\xff"` },
  { value: 'a,b', canonical: 'a,b', exact: '"a,b"' },
  { value: '(a)', canonical: '(a)', exact: '"(a)"' },
  { value: '', canonical: '""', exact: '""' },
  { value: 'a\\', canonical: String.raw`"a\\"`, exact: String.raw`"a\ "` },
])('the value $value is printed $canonical, exactly $exact', ({ value, canonical, exact }) => {
  expect(printCondition(check(value))).toBe(`f.x = ${canonical}`)
  expect(printCondition(check(value), { exact: true })).toBe(`f.x = ${exact}`)
})

test('a double negation is printed so that it stays one', () => {
  const twice: Expr = { kind: 'not', item: { kind: 'not', item: { kind: 'macro', name: 'a', at }, at }, at }
  expect(printCondition(twice)).toBe('not not a')
  expect(printCondition(twice, { exact: true })).toBe('not (not a)')
})

const identifier = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,5}$/)
const word = identifier.filter((text) => !['and', 'or', 'not'].includes(text))
const value = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('a', '\\', '"', "'", ' ', '=', ',', '(', '\n', '\0', '\udc80', 'é', '😀', '\u0085') }),
  )
  .map(literal)
const number = fc.stringMatching(/^[+-]?[0-9]{1,5}(\.[0-9]{0,3})?$/).map(literal)
const list = fc.array(value, { maxLength: 4 }).map((items): List => ({ kind: 'list', items, at }))
const argument = fc.option(fc.string({ unit: fc.constantFrom('0', 'a', '[', ']', '"', "'", ' ', '\\', '(', ',') }), { nil: undefined })
const field = fc
  .tuple(fc.array(identifier, { minLength: 2, maxLength: 4 }), argument)
  .map(([parts, text]): FieldReference => ({ kind: 'field', name: parts.join('.'), ...(text === undefined ? {} : { argument: text }), at }))

const { call } = fc.letrec<{ call: Call; plain: Argument; any: Argument }>((tie) => ({
  call: fc
    .tuple(fc.constantFrom(...TRANSFORMERS), fc.array(tie('any'), { minLength: 1, maxLength: 3 }), argument)
    .map(([name, items, option]): Call => {
      return { kind: 'call', name, arguments: items, ...(option === undefined || name !== 'getopt' ? {} : { option }), at }
    }),
  plain: fc.oneof({ maxDepth: 3, withCrossShrink: true }, field, value, tie('call')),
  any: fc.oneof(
    { maxDepth: 3 },
    field,
    value,
    tie('call'),
    fc.array(tie('plain'), { maxLength: 3 }).map((items): Argument => ({ kind: 'arguments', items, at })),
  ),
}))
const right = fc.oneof(
  call,
  field.map((of): Call => ({ kind: 'call', name: 'val', arguments: [of], at })),
)
const left = fc.oneof(field, call)
const anyCheck = fc.oneof(
  left.map((of): Check => ({ kind: 'check', left: of, operator: 'exists', at })),
  fc
    .tuple(left, fc.constantFrom(...NUMBER_OPERATORS), fc.oneof(number, right))
    .map(([of, operator, to]): Check => ({ kind: 'check', left: of, operator, right: to, at })),
  fc
    .tuple(left, fc.constantFrom(...TEXT_OPERATORS), fc.oneof(value, right))
    .map(([of, operator, to]): Check => ({ kind: 'check', left: of, operator, right: to, at })),
  fc
    .tuple(left, fc.constantFrom(...TEXT_OPERATORS), fc.constantFrom(...MODIFIERS), fc.oneof(list, word.map(literal)))
    .map(([of, operator, modifier, to]): Check => ({ kind: 'check', left: of, operator, modifier, right: to, at })),
  fc
    .tuple(left, fc.constantFrom(...LIST_OPERATORS), fc.oneof(list, identifier.map(literal), right))
    .map(([of, operator, to]): Check => ({ kind: 'check', left: of, operator, right: to, at })),
)
const { expr } = fc.letrec<{ expr: Expr; item: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    anyCheck,
    identifier.map((name): Expr => ({ kind: 'macro', name, at })),
    tie('expr').map((item): Expr => ({ kind: 'not', item, at })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('expr'), { minLength: 2, maxLength: 4 }))
      .map(([kind, items]): Expr => ({ kind, items, at })),
  ),
  item: anyCheck,
}))

const withoutPlaces = (tree: Expr): unknown => JSON.parse(JSON.stringify(tree, (key, node) => (key === 'at' ? undefined : node)))

test('what is printed exactly parses to the same tree', () => {
  fc.assert(
    fc.property(expr, (tree) => {
      expect(withoutPlaces(parseCondition(printCondition(tree, { exact: true })))).toEqual(withoutPlaces(tree))
    }),
    { numRuns: 1000 },
  )
})

test('what is printed in canonical form parses to the same tree, where no value needs more quotes', () => {
  const simple = fc.stringMatching(/^[a-z /="'\n]{0,6}$/)
  const anySimple = fc.oneof(
    simple.map(check),
    fc
      .tuple(simple, simple)
      .map((texts): Check => ({ ...check(''), operator: 'in', right: { kind: 'list', items: texts.map(literal), at } })),
  )
  const tree = fc
    .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(anySimple, { minLength: 2 }))
    .map(([kind, items]): Expr => ({ kind, items, at }))
  fc.assert(
    fc.property(tree, (given) => {
      expect(withoutPlaces(parseCondition(printCondition(given)))).toEqual(withoutPlaces(given))
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Expression, parseText, rulesNamed, TextError, termsOf } from '../../../lib/correlation/text.ts'

const written = (expression: Expression): string => {
  if (expression.kind === 'rule') return expression.name
  if (expression.kind === 'not') return `!${written(expression.item)}`
  return `(${expression.items.map(written).join(expression.kind === 'and' ? '&' : '|')})`
}

test.each([
  ['a', 'a'],
  ['a and b or c', '((a&b)|c)'],
  ['a or b and c', '(a|(b&c))'],
  ['not a and b', '(!a&b)'],
  ['not (a and b)', '!(a&b)'],
  ['a AND NOT b Or C', '((a&!b)|C)'],
  ['not not a', '!!a'],
  ['11111111-1111-4111-8111-111111111111 and some_rule.v2', '(11111111-1111-4111-8111-111111111111&some_rule.v2)'],
  [`"Terminal shell in container" and 'and'`, '(Terminal shell in container&and)'],
  ['  a\n  and\tb ', '(a&b)'],
  ['android or nothing', '(android|nothing)'],
])('%j is read as %s', (text, expected) => {
  expect(written(parseText(text))).toBe(expected)
})

test.each([
  ['', 1, /expected a rule's name/],
  ['a and', 6, /expected a rule's name, not or \(, found the end/],
  ['a b', 3, /expected and, or, or the end, found "b"/],
  ['(a and b', 9, /expected \), found the end/],
  ['a)', 2, /found "\)"/],
  ['a & b', 3, /"&" does not belong here/],
  ['not', 4, /found the end/],
  ['"a', 1, /does not belong/],
  [`${'('.repeat(60)}a`, 52, /nested deeper/],
])('%j fails at column %i', (text, column, message) => {
  try {
    parseText(text)
    expect.fail('it was read')
  } catch (error) {
    expect(error).toBeInstanceOf(TextError)
    expect(error).toMatchObject({ message: expect.stringMatching(message), column })
  }
})

test('whatever the text, it is read or refused with a place in it', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', 'and', 'or', 'not', '(', ')', '"', ' ', '💥', '\u0000', 'NOT', '-', '&'), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(pieces, (some) => {
      const text = some.join(' ')
      try {
        parseText(text)
      } catch (error) {
        expect(error).toBeInstanceOf(TextError)
        expect((error as TextError).column).toBeGreaterThanOrEqual(1)
        expect((error as TextError).column).toBeLessThanOrEqual(text.length + 1)
      }
    }),
    { numRuns: 3000 },
  )
})

const NAMES = ['a', 'b', 'c', 'd']
const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...NAMES).map((name) => ({ kind: 'rule' as const, name, column: 1 })),
    tie('any').map((item) => ({ kind: 'not' as const, item })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('any'), { minLength: 2, maxLength: 3 }))
      .map(([kind, items]) => ({ kind, items })),
  ),
})).any
const holds = (one: Expression, happened: ReadonlySet<string>): boolean => {
  if (one.kind === 'rule') return happened.has(one.name)
  if (one.kind === 'not') return !holds(one.item, happened)
  return one.kind === 'and' ? one.items.every((item) => holds(item, happened)) : one.items.some((item) => holds(item, happened))
}

test('the ways in which it comes true are exactly those of its truth table', () => {
  fc.assert(
    fc.property(expression, (one) => {
      let terms: ReturnType<typeof termsOf>
      try {
        terms = termsOf(one, NAMES)
      } catch (error) {
        expect(error).toBeInstanceOf(TextError)
        // Refused: true when nothing happens, never true, or too many ways.
        const always = Array.from({ length: 16 }, (_, bits) => new Set(NAMES.filter((_name, at) => (bits >> at) & 1)))
        const isNeverTrue = !always.some((happened) => holds(one, happened))
        expect(
          holds(one, new Set()) ||
            isNeverTrue ||
            /more than 64/.test((error as Error).message) ||
            /alone would make it true/.test((error as Error).message),
        ).toBe(true)
        return
      }
      for (let bits = 0; bits < 16; bits++) {
        const happened = new Set(NAMES.filter((_name, at) => (bits >> at) & 1))
        const comesTrue = terms.some(
          ({ all, none }) => all.every((name) => happened.has(name)) && !none.some(({ rule }) => happened.has(rule)),
        )
        expect(comesTrue).toBe(holds(one, happened))
      }
    }),
    { numRuns: 3000 },
  )
})

test('an unwanted rule keeps its place in the order', () => {
  expect(termsOf(parseText('a and c and not b'), ['a', 'b', 'c'])).toEqual([{ all: ['a', 'c'], none: [{ rule: 'b', after: 1 }] }])
  expect(rulesNamed(parseText('c and a or c'))).toEqual(['c', 'a'])
})

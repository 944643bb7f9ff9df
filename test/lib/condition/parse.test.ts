import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConditionError } from '../../../lib/condition/error.ts'
import { parseCondition } from '../../../lib/condition/parse.ts'
import { printCondition } from '../../../lib/condition/print.ts'
import { failureOf } from './matching.ts'

const canonical = (text: string) => printCondition(parseCondition(text))

test.each([
  { name: 'and binds tighter than or', text: 'a or b and c', as: '(a or (b and c))' },
  { name: 'not binds tightest', text: 'not a and b or not c', as: '((not a and b) or not c)' },
  { name: 'parentheses group', text: '(a or b) and not (c or d)', as: '((a or b) and not (c or d))' },
  { name: 'and and or take any number of terms', text: 'a and b and c or d or e', as: '((a and b and c) or d or e)' },
  { name: 'needless parentheses go', text: '((pod.name = ((x)', as: undefined },
  { name: 'nested groups stay', text: 'a and (b and c)', as: '(a and (b and c))' },
  { name: 'pairs of not cancel', text: 'not not not a', as: 'not a' },
  { name: 'an even number of not is none', text: 'not not a', as: 'a' },
  { name: 'not of a group of one', text: 'not(a)', as: 'not a' },
  { name: 'and without a blank before a group', text: '(a)and(b)or(c)', as: '((a and b) or c)' },
  { name: 'a group after or, then and', text: 'a or(b) and c', as: '(a or (b and c))' },
  { name: 'names that begin with keywords', text: 'nothing and android or orphan', as: '((nothing and android) or orphan)' },
  { name: 'blanks of every kind', text: '\ta\r\nand\b b \n', as: '(a and b)' },
  { name: 'exists with nothing after it', text: 'pod.name existsand pod.uid exists', as: '(pod.name exists and pod.uid exists)' },
  { name: 'a quoted value with nothing after it', text: "pod.name='x'and pod.uid=y", as: '(pod.name = x and pod.uid = y)' },
])('$name: $text', ({ text, as }) => {
  if (as === undefined) expect(() => canonical(text)).toThrow(ConditionError)
  else expect(canonical(text)).toBe(as)
})

test.each([
  { name: 'symbols need no blanks', text: 'pod.name=web', as: 'pod.name = web' },
  { name: '== stays', text: 'pod.name ==web', as: 'pod.name == web' },
  {
    name: 'a bare value may hold what is no blank, quote, parenthesis, comma or =',
    text: 'f.x = <a>[b]{c};*\\',
    as: 'f.x = "<a>[b]{c};*\\\\"',
  },
  { name: 'a value that reads as a field is text', text: 'ka.verb = ka.stage', as: 'ka.verb = ka.stage' },
  { name: 'a value that is a keyword is text', text: 'ka.verb = not and ka.verb = or', as: '(ka.verb = not and ka.verb = or)' },
  { name: 'a number keeps its text', text: 'evt.num >= +0x1F or evt.num<5.', as: undefined },
  {
    name: 'hex and exponents are numbers',
    text: 'evt.num >= 0X1f or evt.num < 5.e+3 or evt.num<-5.',
    as: '(evt.num >= 0X1f or evt.num < 5.e+3 or evt.num < -5.)',
  },
  { name: 'in needs no blank before its list', text: 'ka.verb in(a,b)', as: 'ka.verb in (a, b)' },
  { name: 'in and a word are a list of one', text: 'ka.verb inla', as: 'ka.verb in la' },
  { name: 'an empty list', text: 'ka.verb intersects ( )', as: 'ka.verb intersects ()' },
  { name: 'list items are bare or quoted', text: `f.x pmatch ( /a , "b c" ,'d' )`, as: 'f.x pmatch (/a, "b c", d)' },
  {
    name: 'arguments are bare or quoted',
    text: `f.x[0] = a and f.x["k v"] = b and f.x['0'] = c`,
    as: '(f.x[0] = a and f.x["k v"] = b and f.x[0] = c)',
  },
  { name: 'an empty argument needs quotes', text: 'f.x[""] exists', as: 'f.x[""] exists' },
])('$name: $text', ({ text, as }) => {
  if (as === undefined) expect(() => canonical(text)).toThrow(ConditionError)
  else expect(canonical(text)).toBe(as)
})

test.each([
  { name: 'with a list', text: 'f.x = oneof (a, b)', as: 'f.x = oneof (a, b)' },
  { name: 'without a blank before it', text: 'f.x !=allof (a)', as: 'f.x != allof (a)' },
  { name: 'with an identifier for the list', text: 'f.x contains anyof names', as: 'f.x contains anyof names' },
  { name: 'as a value at the end', text: 'f.x = oneof', as: 'f.x = oneof' },
  {
    name: 'as a value before a keyword',
    text: 'f.x = anyof and f.y = allof or f.z = oneof',
    as: '((f.x = anyof and f.y = allof) or f.z = oneof)',
  },
  { name: 'as a value in a group', text: '(f.x glob allof)', as: 'f.x glob allof' },
])('a modifier $name: $text', ({ text, as }) => {
  expect(canonical(text)).toBe(as)
})

test.each([
  { name: 'nested', text: 'toupper( tolower( pod.name ) ) = X', as: 'toupper(tolower(pod.name)) = X' },
  { name: 'of a literal', text: 'tolower("X") = x', as: 'tolower(X) = x' },
  { name: 'with a list of arguments', text: 'join( "-" , ( pod.name , 12, "x" ) ) = y', as: 'join(-,(pod.name,12,x)) = y' },
  { name: 'on the right', text: 'pod.name = concat(pod.ns, "/x")', as: 'pod.name = concat(pod.ns,/x)' },
  { name: 'val on the right', text: 'pod.name contains val( pod.ns )', as: 'pod.name contains val(pod.ns)' },
  { name: 'getopt with an option', text: 'getopt(proc.args, "n:")[n] = 5', as: 'getopt(proc.args,n:)[n] = 5' },
  { name: 'right of <', text: 'len(f.x) < len(f.y)', as: 'len(f.x) < len(f.y)' },
])('a transformer call $name: $text', ({ text, as }) => {
  expect(canonical(text)).toBe(as)
})

test.each([
  { text: String.raw`"\b\f\n\r\t\\\/"`, value: '\b\f\n\r\t\\/' },
  { text: String.raw`"a\"b'c"`, value: `a"b'c` },
  { text: String.raw`'a\'b"c'`, value: `a'b"c` },
  { text: String.raw`"a\ b"`, value: 'a\\b' },
  { text: String.raw`"\x41\x0a\xC3\xa9"`, value: 'A\né' },
  { text: String.raw`"\xff\xfea"`, value: '\udcff\udcfea' },
  { text: '"two\nlines"', value: 'two\nlines' },
  { text: '""', value: '' },
])('a quoted string has escapes: $text', ({ text, value }) => {
  expect(parseCondition(`f.x = ${text}`)).toMatchObject({ right: { text: value } })
})

test('every node knows where it began', () => {
  expect(parseCondition('a and\n  not f.x in (b, "c")')).toMatchObject({
    at: { offset: 0, line: 1, column: 1 },
    items: [
      { kind: 'macro', at: { offset: 0 } },
      {
        kind: 'not',
        at: { offset: 8, line: 2, column: 3 },
        item: {
          at: { offset: 12 },
          left: { at: { offset: 12, line: 2, column: 7 } },
          right: { items: [{ at: { column: 15 } }, { at: { column: 18 } }] },
        },
      },
    ],
  })
})

test.each([
  { name: 'parentheses', open: '(', close: ')', inner: 'a' },
  { name: 'not of groups', open: 'not(', close: ')', inner: 'a' },
  { name: 'groups after and', open: 'a and(', close: ')', inner: 'a' },
  { name: 'transformer calls', open: 'tolower(', close: ')', inner: 'f.x' },
])('$name nest up to maxDepth and no further', ({ open, close, inner }) => {
  const nested = (depth: number) => open.repeat(depth) + inner + close.repeat(depth) + (inner === 'f.x' ? ' = x' : '')
  expect(() => parseCondition(nested(100), { maxDepth: 100 })).not.toThrow()
  expect(failureOf(() => parseCondition(nested(101), { maxDepth: 100 })).message).toContain('exceeded max depth limit of 100')
  expect(() => parseCondition(nested(1000))).not.toThrow()
  expect(failureOf(() => parseCondition(nested(50_000))).message).toContain('exceeded max depth limit of 1000')
})

test('groups side by side are not nested', () => {
  expect(() => parseCondition(Array.from({ length: 5000 }, () => '(f.x in (a) and tolower(f.y) = b)').join(' or '))).not.toThrow()
})

const WORDS = [
  ...[
    'and',
    'or',
    'not',
    'exists',
    'in',
    'intersects',
    'pmatch',
    'oneof',
    'allof',
    'contains',
    'glob',
    'regex',
    '=',
    '==',
    '!=',
    '<',
    '>=',
  ],
  ...[
    '(',
    ')',
    ',',
    '[',
    ']',
    '"',
    "'",
    '\\',
    '\\x',
    ' ',
    '\n',
    'f.x',
    'a',
    '5',
    '0x1',
    'val(',
    'tolower(',
    'join(',
    'getopt(',
    'é',
    '\ud800',
    '\0',
  ],
]

test('any text is a condition or a ConditionError with a place inside it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join('')),
  )
  fc.assert(
    fc.property(text, (condition) => {
      try {
        parseCondition(condition)
      } catch (error) {
        expect(error).toBeInstanceOf(ConditionError)
        expect(error).toSatisfy(({ offset }: ConditionError) => offset >= 0 && offset <= condition.length)
      }
    }),
    { numRuns: 2000 },
  )
})

test.each(['a', '(', 'not ', '"', '\\', '"\\', ' ', '\n', 'a.', 'f.x=', 'and ', '\\x41', '"\\x41', 'a.b['])(
  'a long run of %j is read or refused in no time',
  (unit) => {
    for (const text of [unit.repeat(100_000), `f.x = ${unit.repeat(100_000)}`, `f.x in ("${unit.repeat(50_000)}`]) {
      try {
        parseCondition(text)
      } catch (error) {
        expect(error).toBeInstanceOf(ConditionError)
      }
    }
  },
)

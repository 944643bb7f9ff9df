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

test.each([
  { name: 'an empty text', text: ' \n ', line: 2, column: 2, says: 'empty' },
  { name: 'an upper-case keyword', text: 'a AND b', line: 1, column: 3, says: 'keywords are lower case' },
  { name: 'an upper-case not', text: 'NOT pod.name = x', line: 1, column: 5, says: 'keywords are lower case: not' },
  { name: 'ampersands', text: 'a && b', line: 1, column: 3, says: 'write and' },
  { name: 'bars', text: 'a || b', line: 1, column: 3, says: 'write or' },
  { name: 'an exclamation mark', text: '!a', line: 1, column: 1, says: 'write not' },
  { name: 'not in', text: 'pod.name not in (x)', line: 1, column: 10, says: 'not field in' },
  { name: 'an unknown operator', text: 'pod.name =~ x', line: 1, column: 13, says: 'write regex' },
  { name: 'a word for an operator', text: 'pod.name is x', line: 1, column: 10, says: 'write =' },
  { name: 'an upper-case operator', text: 'pod.name Contains x', line: 1, column: 10, says: 'operators are lower case' },
  { name: 'istartswith', text: 'pod.name istartswith x', line: 1, column: 10, says: 'tolower(field)' },
  { name: 'no blank after a word operator', text: 'pod.name containsx', line: 1, column: 10, says: 'needs a blank' },
  { name: 'a name without a dot', text: 'verb = create', line: 1, column: 6, says: 'a field name has a dot' },
  { name: 'a literal on the left', text: '"create" = ka.verb', line: 1, column: 1, says: "expected a '('" },
  { name: 'a field alone', text: 'pod.name', line: 1, column: 9, says: 'expected a valid check operator' },
  { name: 'val on the left', text: 'val(pod.name) = x', line: 1, column: 4, says: 'right side only' },
  { name: 'val of a call', text: 'pod.name = val(tolower(pod.ns))', line: 1, column: 16, says: "a field within 'val'" },
  { name: 'text after <', text: 'evt.num < abc', line: 1, column: 11, says: 'order is by number' },
  { name: 'a quoted number after <', text: 'evt.num < "5"', line: 1, column: 11, says: 'without quotes' },
  { name: 'a number that begins with a point', text: 'evt.num < .5', line: 1, column: 11, says: 'expected a number' },
  { name: 'an exponent without its sign', text: 'evt.num < 1e5', line: 1, column: 12, says: "unexpected token after '1'" },
  { name: 'in without a list', text: 'pod.name in /var', line: 1, column: 13, says: 'in parentheses: in (…)' },
  { name: 'a trailing comma', text: 'pod.name in (a, )', line: 1, column: 17, says: 'expected a string value' },
  { name: 'a leading comma', text: 'pod.name in (,a)', line: 1, column: 14, says: 'expected a string value' },
  { name: 'a nested list', text: 'pod.name in ((a))', line: 1, column: 14, says: 'expected a string value' },
  { name: 'a value with a blank and no quotes', text: 'pod.name = a b', line: 1, column: 14, says: "unexpected token after 'a'" },
  { name: 'a string with no end', text: 'pod.name = "a', line: 1, column: 12, says: 'has no end' },
  { name: 'a string that ends in a backslash', text: String.raw`pod.name = "a\\"`, line: 1, column: 12, says: 'cannot end in one' },
  { name: 'an unknown escape', text: String.raw`pod.name = "a\d"`, line: 1, column: 14, says: String.raw`\d` },
  { name: 'the escape of the other quote', text: String.raw`pod.name = "a\'"`, line: 1, column: 14, says: 'other quote' },
  { name: 'half a byte escape', text: String.raw`pod.name = "\x4"`, line: 1, column: 13, says: String.raw`\x` },
  { name: 'an unknown escape at the head of a list', text: String.raw`pod.name in ("\q")`, line: 1, column: 15, says: String.raw`\q` },
  { name: 'blanks around an argument', text: 'f.x[ a ] = b', line: 1, column: 5, says: 'valid field argument' },
  { name: 'an empty argument', text: 'f.x[] = b', line: 1, column: 5, says: 'valid field argument' },
  { name: 'a blank before a call', text: 'tolower (pod.name) = x', line: 1, column: 9, says: 'no blank stands' },
  { name: 'a modifier without its blank', text: 'pod.name = oneof(a)', line: 1, column: 17, says: 'a blank before the list' },
  { name: 'and with nothing before the next word', text: 'pod.name existsandpod.uid exists', line: 1, column: 19, says: "after 'and'" },
  { name: 'a comment', text: 'a # b', line: 1, column: 3, says: 'no comments' },
  { name: 'an open parenthesis', text: '(a and\n (b', line: 2, column: 4, says: "expected a ')'" },
  { name: 'a closing parenthesis too many', text: 'a)', line: 1, column: 2, says: "unexpected token after 'a'" },
  { name: 'an empty group', text: 'a and ()', line: 1, column: 8, says: "expected a '('" },
  { name: 'a bare word as a call argument', text: 'tolower(x) = x', line: 1, column: 9, says: 'transformer argument' },
  { name: 'a place after CRLF and CR', text: 'a\r\nand\rb !', line: 3, column: 3, says: 'unexpected token' },
])('$name is refused at $line:$column', ({ text, line, column, says }) => {
  const error = failureOf(() => parseCondition(text))
  expect(error).toMatchObject({ code: 'invalid_input', line, column })
  expect(error.message).toContain(says)
  const lines = text.slice(0, error.offset).split(/\r\n|\r|\n/)
  expect([lines.length, (lines.at(-1) ?? '').length + 1]).toEqual([line, column])
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
    const began = performance.now()
    for (const text of [unit.repeat(100_000), `f.x = ${unit.repeat(100_000)}`, `f.x in ("${unit.repeat(50_000)}`]) {
      try {
        parseCondition(text)
      } catch (error) {
        expect(error).toBeInstanceOf(ConditionError)
      }
    }
    expect(performance.now() - began).toBeLessThan(2000)
  },
)

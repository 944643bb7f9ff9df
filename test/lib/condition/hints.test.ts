import { expect, test } from 'vitest'
import { parseCondition } from '../../../lib/condition/parse.ts'
import { failureOf } from './matching.ts'

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

import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

test.each([
  { name: 'a string is a string', check: '< 5', value: '12', holds: true },
  { name: 'a number is a number', check: '< 5', value: 12, holds: false },
  { name: 'a number equals its digits', check: '= 12', value: 12, holds: true },
  { name: 'a number equals them by value', check: '= 012.50', value: 12.5, holds: true },
  { name: 'a string does not', check: '= 012', value: '12', holds: false },
  { name: 'a number beyond 2^53', check: '= 9007199254740993', value: 9007199254740993n, holds: true },
  { name: 'a number is its text for other constants', check: '= abc', value: 12, holds: false },
  { name: 'a number is its text for other operators', check: 'startswith 1', value: 12, holds: true },
  { name: 'a number is unequal to a text', check: '!= abc', value: 12, holds: true },
  { name: 'a boolean is its word', check: '= true', value: true, holds: true },
  { name: 'a string is in a list', check: 'in (a, 5)', value: 'a', holds: true },
  { name: 'a number is in a list', check: 'in (a, 05)', value: 5, holds: true },
  { name: 'a boolean is in a list', check: 'in (false)', value: false, holds: true },
  { name: 'a list is in, all of it', check: 'in (a, 5)', value: ['a', 5], holds: true },
  { name: 'a list is not in, but for one', check: 'in (a)', value: ['a', 5], holds: false },
  { name: 'a list intersects', check: 'intersects (x, 5)', value: ['a', 5], holds: true },
  { name: 'a list equals nothing', check: '= a', value: ['a'], holds: false },
  { name: 'a list is unequal to nothing', check: '!= b', value: ['a'], holds: false },
  { name: 'a list has no path', check: 'pmatch (/a)', value: ['/a'], holds: false },
  { name: 'a list exists', check: 'exists', value: ['a'], holds: true },
  { name: 'an empty list does not', check: 'exists', value: [], holds: false },
  { name: 'null does not', check: 'exists', value: null, holds: false },
  { name: 'an object does not', check: 'exists', value: { a: 1 }, holds: false },
])('$name: $check is $holds', ({ check, value, holds }) => {
  expect(matches(`some.field ${check}`, { 'some.field': value })).toBe(holds)
})

test.each([
  { name: 'numbers by number', left: 9, right: 12, check: 'a.x < val(b.x)', holds: true },
  { name: 'texts by bytes', left: '9', right: '12', check: 'a.x < val(b.x)', holds: false },
  { name: 'a number and a text by text', left: 12, right: '12', check: 'a.x = val(b.x)', holds: true },
  { name: 'a scalar and a list by membership', left: 'a', right: ['b', 'a'], check: 'a.x in val(b.x)', holds: true },
  { name: 'two lists by membership', left: ['a', 'c'], right: ['b', 'a'], check: 'a.x in val(b.x)', holds: false },
  { name: 'two lists by a common value', left: ['a', 'c'], right: ['b', 'a'], check: 'a.x intersects val(b.x)', holds: true },
  { name: 'a list by nothing else', left: ['a'], right: 'a', check: 'a.x = val(b.x)', holds: false },
])('fields of no type compare $name', ({ left, right, check, holds }) => {
  expect(matches(check, { 'a.x': left, 'b.x': right })).toBe(holds)
})

test('a field of no type does not take what only byte buffers do', () => {
  expect(failureOf(() => compile('some.field bcontains 61')).message).toContain('not supported')
})

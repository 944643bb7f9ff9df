import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, failureOf, matches } from './matching.ts'

const CHECKS = [
  ...[
    't.string = x',
    't.string != x',
    't.string < 1',
    't.string >= 1',
    't.string contains ""',
    't.string startswith ""',
    't.string endswith ""',
  ],
  ...[
    't.string icontains ""',
    't.string glob *',
    't.string iglob *',
    't.string regex .*',
    't.string in ("")',
    't.string pmatch (/)',
    't.string exists',
  ],
  ...[
    't.string != oneof (a)',
    't.string != anyof (a, b)',
    't.string != allof (a, b)',
    't.string != allof ()',
    't.string = val(t.other)',
    't.string != val(t.other)',
  ],
  ...[
    't.int64 = 0',
    't.int64 != 0',
    't.int64 < 9',
    't.int64 in (0)',
    't.bool = false',
    't.bool != true',
    't.bytes contains ""',
    't.bytes != a',
    't.ip != ::1',
  ],
  ...[
    't.net != ::1/128',
    't.strings in (a)',
    't.strings intersects (a)',
    't.strings exists',
    'len(t.strings) = 0',
    'len(t.string) = 0',
    'len(t.string) >= 0',
  ],
  ...[
    'tolower(t.string) != x',
    'concat(t.string, "a") != x',
    'join(",", t.strings) != x',
    'getopt(t.strings, "a") exists',
    'some.thing != x',
    'some.thing exists',
  ],
]

test.each(CHECKS)('%s is false, and its negation true, where the field is absent', (check) => {
  expect(matches(check, {})).toBe(false)
  expect(matches(`not ${check}`, {})).toBe(true)
  expect(matches(`not not ${check}`, {})).toBe(false)
})

test.each(CHECKS)('%s is false where the value is of another type', (check) => {
  const odd = {
    't.string': { a: 1 },
    't.int64': 'x',
    't.bool': 5,
    't.bytes': {},
    't.ip': 5,
    't.net': 'x',
    't.strings': {},
    'some.thing': {},
  }
  expect(matches(check, odd)).toBe(false)
})

test('a != x or a = x tells whether a is there', () => {
  fc.assert(
    fc.property(fc.option(fc.string(), { nil: undefined }), (value) => {
      const event = { 't.string': value }
      expect(matches('t.string = x or t.string != x', event)).toBe(value !== undefined)
      expect(matches('t.string = x and t.string != x', event)).toBe(false)
      expect(matches('not t.string = x and not t.string != x', event)).toBe(value === undefined)
      expect(matches('not t.string = x', event)).toBe(value !== 'x')
    }),
  )
})

test.each([
  { check: 'in (a, b, c)', values: ['a', 'b'], holds: true },
  { check: 'in (a, b)', values: ['a', 'x'], holds: false },
  { check: 'in ()', values: ['a'], holds: false },
  { check: 'intersects (b, c)', values: ['a', 'b'], holds: true },
  { check: 'intersects (c)', values: ['a', 'b'], holds: false },
  { check: 'intersects ()', values: ['a'], holds: false },
  { check: 'intersects a', values: ['a'], holds: true },
  { check: 'exists', values: [''], holds: true },
  { check: 'exists', values: [], holds: false },
  { check: 'in (a)', values: [], holds: false },
])('a list field $check is $holds for $values', ({ check, values, holds }) => {
  expect(matches(`t.strings ${check}`, { 't.strings': values })).toBe(holds)
})

test('lists of other types have values of their type', () => {
  expect(matches('t.numbers in (1, 2)', { 't.numbers': [2, 1n] })).toBe(true)
  expect(matches('t.ips intersects (2001:db8::1)', { 't.ips': ['10.0.0.1', '2001:db8:0::1'] })).toBe(true)
  expect(failureOf(() => compile('t.numbers in (1, x)')).column).toBe(18)
})

test.each(['= a', '!= a', '< 5', 'contains a', 'glob a', 'regex a', 'pmatch (a)', '= anyof (a)', '!= allof (a)'])(
  'a list field does not take %s',
  (check) => {
    expect(failureOf(() => compile(`pod.name exists and t.strings ${check}`))).toMatchObject({
      column: 21,
      hint: 'a list takes in, intersects and exists',
    })
  },
)

test.each([
  { check: '= oneof (a, x, b)', holds: true },
  { check: '= oneof (x, x)', holds: false },
  { check: '= oneof ()', holds: false },
  { check: '!= oneof (a)', holds: true },
  { check: '!= oneof (a, b)', holds: false },
  { check: 'startswith oneof (x, y)', holds: true },
  { check: 'glob anyof (a*, *)', holds: true },
  { check: 'contains anyof (a, b)', holds: false },
  { check: 'regex anyof ("[a-z]", y)', holds: true },
  { check: '= anyof ()', holds: false },
  { check: '!= allof (a, b)', holds: true },
  { check: '!= allof (a, x)', holds: false },
  { check: 'icontains allof (X, "")', holds: true },
  { check: '= allof ()', holds: false },
  { check: '!= allof ()', holds: false },
  { check: '= anyof x', holds: true },
])('with a modifier, x $check is $holds', ({ check, holds }) => {
  expect(matches(`t.string ${check}`, { 't.string': 'x' })).toBe(holds)
})

test.each([
  { check: 't.string = val(t.other)', event: { 't.string': 'a', 't.other': 'a' }, holds: true },
  { check: 't.string != val(t.other)', event: { 't.string': 'a', 't.other': 'b' }, holds: true },
  { check: 't.string < val(t.other)', event: { 't.string': '\uffff', 't.other': '😀' }, holds: true },
  { check: 't.string > val(t.other)', event: { 't.string': '😀', 't.other': '\uffff' }, holds: true },
  { check: 't.string <= val(t.other)', event: { 't.string': 'a', 't.other': 'a' }, holds: true },
  { check: 't.string contains val(t.other)', event: { 't.string': 'abc', 't.other': 'b' }, holds: true },
  { check: 't.string icontains val(t.other)', event: { 't.string': 'abc', 't.other': 'B' }, holds: true },
  { check: 't.string startswith val(t.other)', event: { 't.string': 'abc', 't.other': 'ab' }, holds: true },
  { check: 't.string endswith val(t.other)', event: { 't.string': 'abc', 't.other': 'ab' }, holds: false },
  { check: 't.string glob val(t.other)', event: { 't.string': 'abc', 't.other': 'a*' }, holds: true },
  { check: 't.string iglob val(t.other)', event: { 't.string': 'abc', 't.other': 'A*' }, holds: true },
  { check: 't.string in val(t.other)', event: { 't.string': 'a', 't.other': 'a' }, holds: true },
  { check: 't.strings in val(t.others)', event: { 't.strings': ['a', 'a'], 't.others': ['b', 'a'] }, holds: true },
  { check: 't.strings intersects val(t.others)', event: { 't.strings': ['a'], 't.others': ['b'] }, holds: false },
  { check: 't.string = val(t.other)', event: { 't.string': 'a' }, holds: false },
  { check: 't.string != val(t.other)', event: { 't.string': 'a' }, holds: false },
  { check: 't.strings in val(t.others)', event: { 't.strings': ['a'] }, holds: false },
  { check: 't.uint64 >= val(t.count)', event: { 't.uint64': 5n, 't.count': 5 }, holds: true },
  { check: 't.uint64 in val(t.count)', event: { 't.uint64': 5n, 't.count': 5 }, holds: true },
  { check: 't.bool != val(t.flag)', event: { 't.bool': true, 't.flag': false }, holds: true },
  { check: 't.bytes bstartswith val(t.blob)', event: { 't.bytes': 'abc', 't.blob': Uint8Array.of(97) }, holds: true },
  { check: 't.bytes = val(t.blob)', event: { 't.bytes': 'a', 't.blob': Uint8Array.of(97) }, holds: true },
  { check: 't.ip = val(t.peer)', event: { 't.ip': '::1', 't.peer': '0::1' }, holds: true },
  { check: 't.string = tolower(t.other)', event: { 't.string': 'a', 't.other': 'A' }, holds: true },
  { check: 't.string = concat("a", t.other)', event: { 't.string': 'ab', 't.other': 'b' }, holds: true },
  { check: 'len(t.string) < len(t.other)', event: { 't.string': 'a', 't.other': 'ab' }, holds: true },
])('with a field on the right, $check is $holds', ({ check, event, holds }) => {
  expect(matches(check, event)).toBe(holds)
})

test.each([
  { name: 'another type', check: 't.string = val(t.int64)', says: 'compares string with int64' },
  { name: 'another number type', check: 't.int64 = val(t.uint64)', says: 'compares int64 with uint64' },
  { name: 'a list', check: 't.string in val(t.strings)', says: 'with a list of string' },
  { name: 'a scalar for a list', check: 't.strings in val(t.string)', says: 'compares a list of string with string' },
  { name: 'a length for a text', check: 't.string < len(t.other)', says: 'compares string with uint64' },
  { name: 'pmatch', check: 't.string pmatch val(t.other)', says: "'pmatch' does not take a field" },
  { name: 'regex', check: 't.string regex val(t.other)', says: "'regex' does not take a field" },
  { name: 'a network', check: 't.net = val(t.net)', says: 'does not take a field' },
  { name: 'a network, as a member', check: 't.net in val(t.net)', says: 'does not take a field' },
])('a field on the right cannot be of $name', ({ check, says }) => {
  expect(failureOf(() => compile(check)).message).toContain(says)
})

test('values that are compared with each other cannot make it slow', () => {
  const half = 'a'.repeat(250_000)
  const event = { 't.string': 'a'.repeat(1_000_000), 't.other': `${half}b${half}` }
  const lists = {
    't.strings': Array.from({ length: 50_000 }, (_, i) => `a${i}`),
    't.others': Array.from({ length: 50_000 }, (_, i) => `b${i}`),
  }
  for (const operator of ['contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', '=', '<'])
    matches(`t.string ${operator} val(t.other)`, event)
  expect(matches('t.strings intersects val(t.others)', lists)).toBe(false)
  expect(matches('t.string glob val(t.other)', { 't.string': 'x', 't.other': '*'.repeat(256) })).toBe(false)
})

import { expect, test } from 'vitest'
import { compile, failureOf, matches } from './matching.ts'

test.each([
  { check: 'tolower(t.string) = "abcÉ"', event: { 't.string': 'ABcÉ' }, holds: true },
  { check: 'tolower(t.string) = ABC', event: { 't.string': 'ABC' }, holds: false },
  { check: 'toupper(t.string) = "ABCé"', event: { 't.string': 'aBcé' }, holds: true },
  { check: 'tolower("X") = x', event: {}, holds: true },
  { check: 'basename(t.string) = sh', event: { 't.string': '/bin/sh' }, holds: true },
  { check: 'basename(t.string) = sh', event: { 't.string': 'sh' }, holds: true },
  { check: 'basename(t.string) = ""', event: { 't.string': '/bin/' }, holds: true },
  { check: 'b64(t.string) = "hi there"', event: { 't.string': 'aGkgdGhlcmU=' }, holds: true },
  { check: 'b64(t.string) = "hi there"', event: { 't.string': 'aGkgdGhlcmU' }, holds: true },
  { check: 'b64(t.string) = ""', event: { 't.string': '' }, holds: true },
  { check: 'b64(t.string) exists', event: { 't.string': 'a' }, holds: false },
  { check: 'b64(t.string) exists', event: { 't.string': 'aGk*' }, holds: false },
  { check: 'b64(t.bytes) bstartswith ff', event: { 't.bytes': '/w==' }, holds: true },
  { check: 'len(t.string) = 3', event: { 't.string': 'aé' }, holds: true },
  { check: 'len(t.string) = 0', event: { 't.string': '' }, holds: true },
  { check: 'len(t.bytes) = 2', event: { 't.bytes': Uint8Array.of(1, 2) }, holds: true },
  { check: 'len(t.strings) >= 2', event: { 't.strings': ['a', 'b'] }, holds: true },
  { check: 'len(t.numbers) in (1)', event: { 't.numbers': [7] }, holds: true },
  { check: 'toupper(tolower(t.string)) = AB', event: { 't.string': 'aB' }, holds: true },
  { check: 'len(b64(t.string)) = 2', event: { 't.string': 'aGk=' }, holds: true },
  { check: 'tolower(t.strings) in (a, b)', event: { 't.strings': ['A', 'b'] }, holds: true },
  { check: 'tolower(t.strings) intersects (b)', event: { 't.strings': ['A', 'B'] }, holds: true },
  { check: 'basename(t.strings) in (sh)', event: { 't.strings': ['/bin/sh', '/bin/ls'] }, holds: false },
  { check: 'b64(t.strings) in (hi)', event: { 't.strings': ['aGk=', '*'] }, holds: true },
  { check: 'b64(t.strings) exists', event: { 't.strings': ['*'] }, holds: false },
  { check: 'concat(t.string, "/", t.other) = a/b', event: { 't.string': 'a', 't.other': 'b' }, holds: true },
  { check: 'concat(t.string, 5) = a5', event: { 't.string': 'a' }, holds: true },
  { check: 'concat(t.int64, t.bool) = 5true', event: { 't.int64': 5, 't.bool': true }, holds: true },
  { check: 'concat(t.string, t.other) exists', event: { 't.string': 'a' }, holds: false },
  { check: 'join(", ", t.strings) = "a, b"', event: { 't.strings': ['a', 'b'] }, holds: true },
  { check: 'join("-", (t.string, "x", tolower("Y"), 1)) = a-x-y-1', event: { 't.string': 'a' }, holds: true },
  { check: 'join("-", (t.string, t.other)) exists', event: { 't.string': 'a' }, holds: false },
  { check: 'join(",", ()) = ""', event: {}, holds: true },
  { check: 'join(",", t.strings) exists', event: { 't.strings': [] }, holds: false },
  { check: 'join(t.string, t.strings) exists', event: { 't.strings': ['a'] }, holds: false },
  { check: 'some.field exists and tolower(some.field) = a', event: { 'some.field': 'A' }, holds: true },
  { check: 'tolower(some.field) in (a, 5)', event: { 'some.field': ['A', 5] }, holds: true },
  { check: 'len(some.field) = 2', event: { 'some.field': ['A', 5] }, holds: true },
  { check: 'len(some.field) = 2', event: { 'some.field': 12 }, holds: true },
  { check: 'join("-", some.field) = A-5', event: { 'some.field': ['A', 5] }, holds: true },
  { check: 'concat(some.field, "x") exists', event: { 'some.field': ['A', 5] }, holds: false },
])('$check is $holds of $event', ({ check, event, holds }) => {
  expect(matches(check, event)).toBe(holds)
})

test.each([
  { options: 'n', words: ['-n'], found: ['n'] },
  { options: 'abc', words: ['-ab', '-c'], found: ['a', 'b', 'c'] },
  { options: 'n:', words: ['-n5'], found: ['n', '5'] },
  { options: 'n:', words: ['-n', '5'], found: ['n', '5'] },
  { options: 'vn:', words: ['-vn', '-v'], found: ['v', 'n', '-v'] },
  { options: 'n:', words: ['-n'], found: ['n', ''] },
  { options: 'n', words: ['-x'], found: ['?'] },
  { options: 'n', words: ['-:'], found: ['?'] },
  { options: 'n', words: ['--long', '-n'], found: ['n'] },
  { options: 'ab', words: ['-a', '--', '-b'], found: ['a'] },
  { options: 'ab', words: ['-a', 'file', '-b'], found: ['a'] },
  { options: 'ab', words: ['-a', '-', '-b'], found: ['a'] },
])('getopt of $words by $options finds $found', ({ options, words, found }) => {
  const event = { 't.strings': words }
  const list = `(${found.map((word) => `"${word}"`).join(', ')})`
  expect(matches(`getopt(t.strings, "${options}") in ${list}`, event)).toBe(true)
  expect(matches(`len(getopt(t.strings, "${options}")) = ${found.length}`, event)).toBe(true)
  for (const word of found) expect(matches(`getopt(t.strings, "${options}") intersects ("${word}")`, event)).toBe(true)
})

test.each([
  { check: '[n] = 5', words: ['-n', '4', '-n5'], holds: true },
  { check: '[v] = v', words: ['-v'], holds: true },
  { check: '[n] exists', words: ['-v'], holds: false },
  { check: '[n] = ""', words: ['-n'], holds: true },
  { check: '["v"] exists', words: ['x', '-v'], holds: false },
  { check: '[""] exists', words: ['-v'], holds: false },
])('getopt$check is $holds of $words', ({ check, words, holds }) => {
  expect(matches(`getopt(t.strings, "vn:")${check}`, { 't.strings': words })).toBe(holds)
})

test('a getopt that finds nothing is present and empty', () => {
  expect(matches('getopt(t.strings, "n") exists and len(getopt(t.strings, "n")) = 0', { 't.strings': ['x'] })).toBe(true)
  expect(matches('getopt(t.strings, "n") intersects (n)', { 't.strings': ['x'] })).toBe(false)
  expect(matches('getopt(t.strings, "n") in (n)', { 't.strings': ['x'] })).toBe(true)
  expect(matches('getopt(t.strings, "n") in ()', { 't.strings': ['x'] })).toBe(false)
})

test('getopt of written words', () => {
  expect(matches('getopt(("-e", t.string), "e:")[e] = /bin/sh', { 't.string': '/bin/sh' })).toBe(true)
})

test.each([
  { call: 'tolower(t.int64)', says: "type 'int64' is not supported by 'tolower'" },
  { call: 'toupper(len(t.string))', says: "type 'uint64' is not supported by 'toupper'" },
  { call: 'basename(t.bytes)', says: "type 'bytes'" },
  { call: 'b64(t.ip)', says: "type 'ipaddr'" },
  { call: 'len(t.uint64)', says: "type 'uint64' is not supported by 'len'" },
  { call: 'concat(t.string)', says: 'two or more arguments' },
  { call: 'concat(t.string, t.strings)', says: 'does not take a list' },
  { call: 'concat(t.string, t.bytes)', says: "type 'bytes'" },
  { call: 'tolower(t.string, t.other)', says: 'takes one argument' },
  { call: 'tolower(("a"))', says: 'takes one argument' },
  { call: 'join(",", t.string)', says: 'takes a list here' },
  { call: 'join(t.strings, t.strings)', says: 'does not take a list' },
  { call: 'join(",")', says: 'takes two arguments' },
  { call: 'join(",", (t.strings))', says: 'does not take a list' },
  { call: 'getopt(t.string, "a")', says: 'takes a list here' },
  { call: 'getopt(t.strings)', says: 'takes two arguments' },
])('$call is refused', ({ call, says }) => {
  const error = failureOf(() => compile(`t.flag = true and ${call} exists`))
  expect(error.column).toBeGreaterThanOrEqual(19)
  expect(error.message).toContain(says)
})

test('a length takes no text operator', () => {
  expect(failureOf(() => compile('len(t.string) contains 1')).message).toContain('not supported for numeric filters')
})

test('long values come to an end', () => {
  const event = {
    't.string': 'aé'.repeat(500_000),
    't.strings': Array.from({ length: 50_000 }, () => '-abc'),
    't.other': 'ab'.repeat(100_000),
  }
  for (const call of ['tolower', 'toupper', 'basename', 'len']) expect(matches(`${call}(t.string) exists`, event)).toBe(true)
  expect(matches('b64(t.string) exists', event)).toBe(false)
  matches('getopt(t.strings, t.other) exists and join(t.other, ("a", "b")) exists', event)
})

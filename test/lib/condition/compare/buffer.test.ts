import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

const ELF = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff)

test.each([
  { check: String.raw`= "\x7fELF\x00\xff"`, holds: true },
  { check: String.raw`== "\x7fELF"`, holds: false },
  { check: String.raw`!= "\x7fELF"`, holds: true },
  { check: 'contains ELF', holds: true },
  { check: String.raw`startswith "\x7fE"`, holds: true },
  { check: String.raw`endswith "\x00\xff"`, holds: true },
  { check: 'bcontains 4C4600', holds: true },
  { check: 'bcontains 4c46ff', holds: false },
  { check: 'bstartswith 7f45', holds: true },
  { check: 'bstartswith 45', holds: false },
  { check: 'bstartswith anyof (45, 7f)', holds: true },
  { check: String.raw`in (a, "\x7fELF\x00\xff")`, holds: true },
  { check: 'intersects (a, b)', holds: false },
  { check: 'exists', holds: true },
])('a byte buffer $check is $holds', ({ check, holds }) => {
  expect(matches(`t.bytes ${check}`, { 't.bytes': ELF })).toBe(holds)
  expect(matches(`t.bytes ${check}`, {})).toBe(false)
})

test('a text is the bytes that it is in UTF-8', () => {
  expect(matches('t.bytes bcontains c3a9 and t.bytes = "é"', { 't.bytes': 'é' })).toBe(true)
})

test.each(['abc', 'zz', '"4 "'])('%s is no even number of hex digits', (digits) => {
  expect(failureOf(() => compile(`t.bytes bcontains ${digits}`)).message).toContain('hex digits')
})

test.each(['< 1', 'icontains a', 'glob a', 'regex a', 'pmatch (a)'])('a byte buffer does not take %s', (check) => {
  expect(failureOf(() => compile(`t.bytes ${check}`)).message).toMatch(/operator not supported for byte buffer filters/)
})

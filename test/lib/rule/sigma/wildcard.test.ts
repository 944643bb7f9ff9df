import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ANY, type Part, parseText, plainText, STAR } from '../../../../lib/rule/sigma/text.ts'
import { compileWildcard } from '../../../../lib/rule/sigma/wildcard.ts'

const raw = String.raw

test.each([
  { text: 'plain', parts: ['plain'] },
  { text: '', parts: [] },
  { text: 'a*b?c', parts: ['a', STAR, 'b', ANY, 'c'] },
  { text: raw`C:\Windows\cmd.exe`, parts: [raw`C:\Windows\cmd.exe`] },
  { text: raw`a\\b`, parts: [raw`a\b`] },
  { text: raw`\*\?`, parts: ['*?'] },
  { text: raw`\\*`, parts: ['\\', STAR] },
  { text: raw`\\\*`, parts: [raw`\*`] },
  { text: raw`\\\\`, parts: [raw`\\`] },
  { text: raw`\\\x`, parts: [raw`\\x`] },
  { text: 'ends\\', parts: ['ends\\'] },
])('$text is read as $parts', ({ text, parts }) => {
  expect(parseText(text)).toEqual(parts)
})

test.each([
  { pattern: 'a*c', value: 'abc', holds: true },
  { pattern: 'a*c', value: 'ac', holds: true },
  { pattern: 'a*c', value: 'a\nc', holds: true },
  { pattern: 'ab*bc', value: 'abc', holds: false },
  { pattern: 'a?c', value: 'ac', holds: false },
  { pattern: 'a?c', value: 'a😀c', holds: true },
  { pattern: 'a??c', value: 'a😀c', holds: false },
  { pattern: '*', value: '', holds: true },
  { pattern: '?', value: '', holds: false },
  { pattern: '', value: '', holds: true },
  { pattern: '', value: 'a', holds: false },
  { pattern: '*a?c*', value: 'xxabcyy', holds: true },
  { pattern: '[a-z]', value: 'b', holds: false },
])('$pattern on $value → $holds', ({ pattern, value, holds }) => {
  expect(compileWildcard(parseText(pattern))(value)).toBe(holds)
})

function naive(parts: readonly (string | typeof STAR | typeof ANY)[], value: readonly string[]): boolean {
  const [part, ...rest] = parts
  if (part === undefined) return value.length === 0
  if (part === STAR) return naive(rest, value) || (value.length > 0 && naive(parts, value.slice(1)))
  return value.length > 0 && (part === ANY || part === value[0]) && naive(rest, value.slice(1))
}

test('matches what a naive matcher does', () => {
  const character = fc.constantFrom('a', 'b', '😀', '\n')
  const part = fc.oneof(character, fc.constant<Part>(STAR), fc.constant<Part>(ANY))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(character, { maxLength: 10 }), (parts, value) => {
      expect(compileWildcard(parts)(value.join(''))).toBe(naive(parts, value))
    }),
    { numRuns: 3000 },
  )
})

test('every text can be written without wildcards, by escaping', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '*', '?', '\\') }), (text) => {
      expect(plainText(parseText(text.replace(/[*?\\]/g, String.raw`\$&`)))).toBe(text)
    }),
  )
})

test('many stars take no time on a hostile value', () => {
  const value = 'a'.repeat(200_000)
  const started = performance.now()
  expect(compileWildcard(parseText(`${'*a'.repeat(50)}*b`))(value)).toBe(false)
  expect(compileWildcard(parseText(`${'*a?'.repeat(10)}*b*`))(value)).toBe(false)
  expect(performance.now() - started).toBeLessThan(2000)
})

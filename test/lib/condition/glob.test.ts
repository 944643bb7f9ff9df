import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob } from '../../../lib/condition/glob.ts'

const globs = (pattern: string, value: string, ignoreCase = false) => compileGlob(pattern, { ignoreCase })(value)

test.each([
  { pattern: 'web', value: 'web', holds: true },
  { pattern: 'web', value: 'webs', holds: false },
  { pattern: '', value: '', holds: true },
  { pattern: '', value: 'a', holds: false },
  { pattern: '*', value: '', holds: true },
  { pattern: '**', value: 'anything', holds: true },
  { pattern: '*', value: '.hidden/in/a/dir', holds: true },
  { pattern: '/etc/*', value: '/etc/a/b', holds: true },
  { pattern: '/etc/?b', value: '/etc//b', holds: true },
  { pattern: '?x', value: '.x', holds: true },
  { pattern: '*.log', value: 'a.log', holds: true },
  { pattern: '*.log', value: 'a.logs', holds: false },
  { pattern: 'a*c', value: 'ac', holds: true },
  { pattern: 'ab*bc', value: 'abc', holds: false },
  { pattern: 'a*b*c*d', value: 'a-b-c-d', holds: true },
  { pattern: 'a*b*b', value: 'ab', holds: false },
  { pattern: '*a?c*', value: 'xxabcyy', holds: true },
  { pattern: '*a[0-9]*z', value: 'aaa1bz', holds: true },
  { pattern: '*ab*ab*', value: 'xabxaxab', holds: true },
  { pattern: '*abab*', value: 'aabab', holds: true },
  { pattern: '[abc]', value: 'b', holds: true },
  { pattern: '[a-c]x', value: 'cx', holds: true },
  { pattern: '[a-c]', value: 'd', holds: false },
  { pattern: '[!a-c]', value: 'd', holds: true },
  { pattern: '[^a-c]', value: 'a', holds: false },
  { pattern: '[]a]', value: ']', holds: true },
  { pattern: '[!]a]', value: ']', holds: false },
  { pattern: '[a-]', value: '-', holds: true },
  { pattern: '[-a]', value: '-', holds: true },
  { pattern: String.raw`[\]]`, value: ']', holds: true },
  { pattern: '[/]', value: '/', holds: true },
  { pattern: '[[:alpha:]][[:digit:]]', value: 'a5', holds: true },
  { pattern: '[[:upper:]_]', value: '_', holds: true },
  { pattern: '[[:upper:]]', value: 'a', holds: false },
  { pattern: '[![:space:]]', value: ' ', holds: false },
  { pattern: '[[:nosuch:]]', value: 'n', holds: false },
  { pattern: '[[:cntrl:][:punct:]]', value: '\n', holds: true },
  { pattern: '[z-a]', value: 'm', holds: false },
  { pattern: '[a', value: '[a', holds: true },
  { pattern: 'x[', value: 'x[', holds: true },
  { pattern: '[a*', value: '[abc', holds: true },
  { pattern: String.raw`\*`, value: '*', holds: true },
  { pattern: String.raw`\*`, value: 'a', holds: false },
  { pattern: String.raw`a\b`, value: 'ab', holds: true },
  { pattern: String.raw`a\\b`, value: String.raw`a\b`, holds: true },
  { pattern: 'a\\', value: 'a\\', holds: false },
  { pattern: '{a,b}', value: 'a', holds: false },
  { pattern: '{a,b}', value: '{a,b}', holds: true },
  { pattern: '+(a)', value: 'aa', holds: false },
  { pattern: '?', value: 'é', holds: false },
  { pattern: '??', value: 'é', holds: true },
  { pattern: '????', value: '😀', holds: true },
  { pattern: '*é', value: 'café', holds: true },
  { pattern: 'é?', value: 'éa', holds: true },
  { pattern: 'A*', value: 'a1', holds: false },
])('the glob $pattern of $value is $holds', ({ pattern, value, holds }) => {
  expect(globs(pattern, value)).toBe(holds)
})

test.each([
  { pattern: 'WEB*', value: 'web-1', holds: true },
  { pattern: 'web*', value: 'WEB-1', holds: true },
  { pattern: '[A-C]x', value: 'bX', holds: true },
  { pattern: '[[:upper:]]', value: 'a', holds: true },
  { pattern: '[[:lower:]]', value: 'A', holds: true },
  { pattern: '[!A]', value: 'a', holds: false },
  { pattern: 'É', value: 'é', holds: false },
])('the glob $pattern of $value, without case, is $holds', ({ pattern, value, holds }) => {
  expect(globs(pattern, value, true)).toBe(holds)
})

function slowly(pattern: string, value: string): boolean {
  if (pattern === '') return value === ''
  if (pattern.startsWith('*')) return slowly(pattern.slice(1), value) || (value !== '' && slowly(pattern, value.slice(1)))
  return value !== '' && (pattern.startsWith('?') || pattern[0] === value[0]) && slowly(pattern.slice(1), value.slice(1))
}

test('stars and question marks match as by trying everything', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const value = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, value, (by, of) => {
      expect(globs(by, of)).toBe(slowly(by, of))
    }),
    { numRuns: 3000 },
  )
})

test.each([
  { name: 'many stars', pattern: `${'*a'.repeat(127)}b` },
  { name: 'many question marks', pattern: `*${'?'.repeat(250)}b*` },
  { name: 'a long part that nearly fits', pattern: `*${'[a]'.repeat(80)}b*` },
  { name: 'a part that nearly fits in the middle', pattern: `*${'a'.repeat(120)}b${'a'.repeat(120)}*` },
  { name: 'stars and sets', pattern: '*[ab]'.repeat(50) },
])('$name on a long value come to an end', ({ pattern }) => {
  const value = 'a'.repeat(100_000)
  expect(globs(pattern, value)).toBe(globs(pattern, value, true))
})

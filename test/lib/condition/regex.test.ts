import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileRegex } from '../../../lib/condition/regex.ts'
import { failureOf } from './matching.ts'

const at = { offset: 7, line: 2, column: 3 }
const regex = (text: string) => compileRegex({ kind: 'literal', text, at })

test.each([
  { pattern: 'web', value: 'web', holds: true },
  { pattern: 'web', value: 'web-1', holds: false },
  { pattern: 'eb', value: 'web', holds: false },
  { pattern: '^web$', value: 'web', holds: true },
  { pattern: 'a|b', value: 'b', holds: true },
  { pattern: 'a|bc', value: 'ac', holds: false },
  { pattern: '(a|ab)(c|bcd)', value: 'abcd', holds: true },
  { pattern: '', value: '', holds: true },
  { pattern: '()', value: '', holds: true },
  { pattern: 'a||b', value: '', holds: true },
  { pattern: '.', value: '\n', holds: false },
  { pattern: '[^x]', value: '\n', holds: true },
  { pattern: '.', value: '😀', holds: true },
  { pattern: 'é', value: 'é', holds: true },
  { pattern: 'WEB', value: 'web', holds: false },
  { pattern: '[[:digit:]]+', value: '0123', holds: true },
  { pattern: '[[:^digit:]]+', value: '0', holds: false },
  { pattern: '[[:word:]-]+', value: 'a_1-b', holds: true },
  { pattern: '[]a]+', value: ']a', holds: true },
  { pattern: '[^]a]', value: 'b', holds: true },
  { pattern: '[a-c-]+', value: 'b-', holds: true },
  { pattern: String.raw`[\]\\]+`, value: String.raw`]\ `.trim(), holds: true },
  { pattern: 'a{2,3}', value: 'aaa', holds: true },
  { pattern: 'a{2,3}', value: 'aaaa', holds: false },
  { pattern: 'a{2,}', value: 'aaaaa', holds: true },
  { pattern: 'a{2}', value: 'aa', holds: true },
  { pattern: 'a{,2}', value: 'a{,2}', holds: true },
  { pattern: 'a{b', value: 'a{b', holds: true },
  { pattern: 'a{01}', value: 'a{01}', holds: true },
  { pattern: 'a**', value: 'aaa', holds: true },
  { pattern: 'a{2}{2}', value: 'aaaa', holds: true },
  { pattern: '.*?b', value: 'ab', holds: true },
  { pattern: 'a.*?', value: 'abc', holds: true },
  { pattern: String.raw`\x20\.\x{e9}\n\060\12`, value: ' .é\n0\n', holds: true },
  { pattern: String.raw`\-\/\ \"`, value: '-/ "', holds: true },
  { pattern: 'a$\nb', value: 'a\nb', holds: true },
  { pattern: 'a\n^b', value: 'a\nb', holds: true },
  { pattern: 'a^b', value: 'ab', holds: false },
])('the regex $pattern of $value is $holds', ({ pattern, value, holds }) => {
  expect(regex(pattern)(value)).toBe(holds)
})

test.each([
  { pattern: String.raw`\d+`, says: '[[:digit:]]' },
  { pattern: String.raw`\w`, says: '[[:word:]]' },
  { pattern: String.raw`[\s]`, says: '[[:space:]]' },
  { pattern: String.raw`\bx`, says: 'word boundary' },
  { pattern: String.raw`\pL`, says: 'escape' },
  { pattern: String.raw`\Aa`, says: 'escape' },
  { pattern: String.raw`\z`, says: 'escape' },
  { pattern: String.raw`\Qa\E`, says: 'escape' },
  { pattern: String.raw`\_`, says: 'escape' },
  { pattern: String.raw`\é`, says: 'escape' },
  { pattern: String.raw`(a)\1`, says: 'escape' },
  { pattern: String.raw`\x2`, says: 'escape' },
  { pattern: String.raw`\x{110000}`, says: 'escape' },
  { pattern: 'a\\', says: 'escape' },
  { pattern: '(?i)a', says: 'tolower' },
  { pattern: '(?:a)', says: 'no (?…) groups' },
  { pattern: '(?P<n>a)', says: 'no (?…) groups' },
  { pattern: '(?=a)', says: 'no (?…) groups' },
  { pattern: '(a', says: 'missing )' },
  { pattern: 'a)', says: "unexpected ')'" },
  { pattern: '[a', says: 'missing ]' },
  { pattern: '[]', says: 'missing ]' },
  { pattern: '[a-', says: 'class range' },
  { pattern: '*a', says: 'repetition operator: *' },
  { pattern: 'a|+', says: 'repetition operator: +' },
  { pattern: '({2})', says: 'repetition operator: {2}' },
  { pattern: '[z-a]', says: 'range: z-a' },
  { pattern: '[a-c-e]', says: 'first or last' },
  { pattern: '[[:nosuch:]]', says: '[:nosuch:]' },
  { pattern: 'a{3,2}', says: 'repetition size' },
  { pattern: 'a{1001}', says: 'repetition size' },
  { pattern: '((a{100}){100}){100}', says: 'invalid' },
  { pattern: '\udcff', says: 'UTF-8' },
])('the regex $pattern is refused', ({ pattern, says }) => {
  const error = failureOf(() => regex(pattern))
  expect(error).toMatchObject({ offset: 7, line: 2, column: 3 })
  expect(error.message).toContain('invalid regex pattern')
  expect(error.message).toContain(says)
})

test('what both have, they match as a backtracking engine does', () => {
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', 'é', '\\.'),
      fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}')).map(([inner, times]) => `(${inner})${times}`),
      fc.array(tie('pattern'), { maxLength: 3 }).map((parts) => parts.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(${left}|${right})`),
    ),
  }))
  const value = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '.'), maxLength: 6 })
  fc.assert(
    fc.property(pattern, value, (by, of) => {
      fc.pre(Buffer.byteLength(by) <= 255)
      expect(regex(by)(of)).toBe(new RegExp(`^(?:${by})$`, 'su').test(of))
    }),
  )
})

test('any text is a pattern or a ConditionError', () => {
  const unit = fc.constantFrom(
    'a',
    '\\',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    '*',
    '?',
    '^',
    '$',
    '|',
    '-',
    ':',
    ',',
    '1',
    'x',
    'é',
    '\ud800',
    '\n',
  )
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), (pattern) => {
      try {
        regex(pattern)('a')
      } catch (error) {
        expect(error).toMatchObject({ name: 'ConditionError' })
      }
    }),
    { numRuns: 2000 },
  )
})

test.each(['(a*)*b', '(a|a)*b', '(a|aa)+$', '((a+)+)+b', '(.*)(.*)(.*)(.*)(.*)b', '(a?){100}a{100}', '(a|b|ab)*c'])(
  '%s on a long value comes to an end',
  (pattern) => {
    const matches = regex(pattern)
    expect(typeof matches('a'.repeat(100_000))).toBe('boolean')
    expect(matches(`${'ab'.repeat(50_000)}!`)).toBe(false)
  },
)

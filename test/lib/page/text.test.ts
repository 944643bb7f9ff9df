import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shown } from '../../../lib/page/text.ts'
import { agoWords, spanWords } from '../../../lib/page/time.ts'

test('a text has nothing in it that cannot be seen, and no piles of marks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const safe = shown(text, 100)
      expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/u)
      expect(safe).not.toMatch(/\p{M}{4}/u)
      expect(safe.isWellFormed()).toBe(true)
    }),
  )
})

test('a text is cut, and never within a character', () => {
  expect(shown('abcdef', 4)).toBe('abc…')
  expect(shown('ab😀cd', 4)).toBe('ab…')
  expect(shown('a\u202eb\u0000')).toBe('a\\u202eb\\u0000')
  expect(shown(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(3)}…`)
})

test.each([
  [0, 'just now'],
  [59_000, '59 seconds ago'],
  [60_000, '1 minute ago'],
  [7_200_000, '2 hours ago'],
  [86_400_000 * 3, '3 days ago'],
  [-3_600_000, 'in 1 hour'],
])('%d ms before now is %s', (before, words) => expect(agoWords(1_800_000_000_000 - before, 1_800_000_000_000)).toBe(words))

test.each([
  [0, '0 ms'],
  [20, '20 ms'],
  [182_000, '3 minutes 2 seconds'],
  [90_000_000, '1 day 1 hour'],
])('%d ms last %s', (ms, words) => expect(spanWords(ms)).toBe(words))

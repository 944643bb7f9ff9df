import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitBody } from '../../../forwarder/http/split.ts'

const space = fc.constantFrom('', ' ', '\n', '\r\n  ', '\t')

test('the items of an array are its texts, byte for byte, however it is printed', () => {
  const items = fc.array(fc.tuple(fc.json(), space, space))
  fc.assert(
    fc.property(items, space, (parts, around) => {
      const body = `${around}[${parts.map(([text, before, after]) => `${before}${text}${after}`).join(',')}${parts.length === 0 ? around : ''}]${around}`
      expect(splitBody(body)).toEqual(parts.map(([text]) => text.trim()))
    }),
  )
})

test('the lines of JSON lines are their texts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.json({ noUnicodeString: false }), { minLength: 2 }),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      (texts, newline) => {
        expect(splitBody(texts.join(newline))).toEqual(texts)
      },
    ),
  )
})

test("whatever comes, it is split without a throw, and nothing but white space and an array's own signs is gone", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json().map((text) => text.slice(0, -1)),
      ),
      (body) => {
        const letters = (text: string) => text.replace(/[\s[\],]/gu, '')
        expect(letters((splitBody(body) ?? []).join(''))).toBe(letters(body))
      },
    ),
  )
})

test.each([
  ['a long row of brackets', '['.repeat(500_000)],
  ['deep nesting that is closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['an endless text', `["${'\\"'.repeat(250_000)}`],
])('%s is split at once', (_name, body) => {
  expect(splitBody(body)?.length).toBeLessThanOrEqual(1)
})

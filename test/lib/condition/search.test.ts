import fc from 'fast-check'
import { expect, test } from 'vitest'
import { containsText } from '../../../lib/condition/search.ts'

test('a part is found as the engine finds it, short or long', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(text, fc.nat(400), fc.nat(400), fc.constantFrom('', 'a', 'b'), (value, from, to, end) => {
      for (const part of [value.slice(from, to) + end, `${'ab'.repeat(200)}${end}`]) {
        expect(containsText(value + value, part)).toBe((value + value).includes(part))
        expect(containsText(`${'ab'.repeat(300)}${value}`, part)).toBe(`${'ab'.repeat(300)}${value}`.includes(part))
      }
    }),
  )
})

test('a hostile part of a hostile text comes to an end', () => {
  const half = 'a'.repeat(250_000)
  expect(containsText('a'.repeat(1_000_000), `${half}b${half}`)).toBe(false)
  expect(containsText(`${half}${half}b${half}`, `${half}b${half}`)).toBe(true)
})

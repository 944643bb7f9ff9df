import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from '../../forwarder/backoff.ts'

test.each([
  [1, 200],
  [2, 400],
  [5, 3200],
  [8, 20_000],
  [1000, 20_000],
])('after %i attempts the wait is anything up to %i ms', (attempts, most) => {
  expect(backoffMs(attempts, 1)).toBe(most)
  expect(backoffMs(attempts, 0.5)).toBe(most / 2)
  expect(backoffMs(attempts, 0)).toBe(0)
})

test('it is never more than 20 s, nor less than nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const wait = backoffMs(attempts, random)
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual(20_000)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findOrdered, type Hit } from '../../../lib/correlation/window.ts'

const SECOND = 1_000_000_000n
const hit = (rule: string, second: number, id = `${rule}@${second}`): Hit => ({
  id,
  rule,
  timeNs: String(BigInt(Math.round(second * 1e9))),
})
const ids = (hits: readonly Hit[] | undefined) => hits?.map(({ id }) => id)

test.each([
  { name: 'in order, inside the window', hits: [hit('a', 0), hit('b', 5)], found: ['a@0', 'b@5'] },
  { name: 'in the wrong order', hits: [hit('b', 0), hit('a', 5)], found: undefined },
  { name: 'exactly at the edge', hits: [hit('a', 0), hit('b', 10)], found: ['a@0', 'b@10'] },
  { name: 'a nanosecond past the edge', hits: [hit('a', 0), { ...hit('b', 10), timeNs: '10000000001' }], found: undefined },
  { name: 'at the same time', hits: [hit('b', 3), hit('a', 3)], found: ['a@3', 'b@3'] },
  { name: 'too early a start, then a good one', hits: [hit('a', 0), hit('a', 15), hit('b', 20)], found: ['a@15', 'b@20'] },
  { name: 'only the first', hits: [hit('a', 0), hit('a', 1)], found: undefined },
  { name: 'nothing', hits: [], found: undefined },
])('$name → $found', ({ hits, found }) => {
  expect(ids(findOrdered(hits, ['a', 'b'], 10n * SECOND))).toEqual(found)
})

test('a rule named twice needs two different hits', () => {
  expect(findOrdered([hit('a', 0)], ['a', 'a'], 10n * SECOND)).toBeUndefined()
  expect(ids(findOrdered([hit('a', 0), hit('a', 1)], ['a', 'a'], 10n * SECOND))).toEqual(['a@0', 'a@1'])
})

test('times beyond 2^53 are compared exactly', () => {
  const [a, b] = [
    { ...hit('a', 0), timeNs: '1795495758016735355' },
    { ...hit('b', 0), timeNs: '1795495758016735354' },
  ]
  expect(findOrdered([a, b], ['a', 'b'], 10n * SECOND)).toBeUndefined()
  expect(findOrdered([{ ...a, timeNs: b.timeNs }, b], ['a', 'b'], 10n * SECOND)).toHaveLength(2)
})

const hits = fc.array(fc.record({ rule: fc.constantFrom('a', 'b', 'c', 'x'), at: fc.integer({ min: 0, max: 30 }) }), { maxLength: 9 })
const toHits = (some: readonly { rule: string; at: number }[]) => some.map(({ rule, at }, index) => hit(rule, at, `${index}`))

test('it finds a chain exactly when trying every combination does', () => {
  const rules = ['a', 'b', 'c']
  const bruteForce = (all: readonly Hit[]): boolean =>
    all.some((a) =>
      all.some((b) =>
        all.some((c) => {
          const [x, y, z] = [a, b, c].map(({ timeNs }) => BigInt(timeNs)) as [bigint, bigint, bigint]
          return a.rule === 'a' && b.rule === 'b' && c.rule === 'c' && x <= y && y <= z && z - x <= 10n * SECOND
        }),
      ),
    )
  fc.assert(
    fc.property(hits, (some) => {
      const all = toHits(some)
      expect(findOrdered(all, rules, 10n * SECOND) !== undefined).toBe(bruteForce(all))
    }),
    { numRuns: 3000 },
  )
})

test('the order in which hits are given does not matter', () => {
  fc.assert(
    fc.property(
      hits.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(toHits(some), { minLength: some.length }))),
      ([some, shuffled]) => {
        expect(ids(findOrdered(shuffled, ['a', 'b'], 10n * SECOND))).toEqual(ids(findOrdered(toHits(some), ['a', 'b'], 10n * SECOND)))
      },
    ),
  )
})

test('moving all times by the same amount changes nothing', () => {
  fc.assert(
    fc.property(hits, fc.bigInt({ min: 0n, max: 10n ** 18n }), (some, by) => {
      const moved = toHits(some).map((one) => ({ ...one, timeNs: String(BigInt(one.timeNs) + by) }))
      expect(ids(findOrdered(moved, ['a', 'b'], 10n * SECOND))).toEqual(ids(findOrdered(toHits(some), ['a', 'b'], 10n * SECOND)))
    }),
  )
})

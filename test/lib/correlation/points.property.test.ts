import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Criterion } from '../../../lib/correlation/criterion.ts'
import type { Hit } from '../../../lib/correlation/hit.ts'
import { firingsOf, type Point, pointsOf } from '../../../lib/correlation/points.ts'
import {
  arbitraryCriterion,
  arbitraryHits,
  arbitrarySpan,
  arbitrarySuppress,
  KINDS,
  KINDS_AT_ONCE,
  type Kind,
  SECOND,
} from './arbitrary-hits.ts'
import { firingsByTrying, isAtOnce, keyOf, pointsByTrying, rulesOf } from './oracle.ts'

// docs/correlation.md, "When it fires": a test here is a law there.

const keysOf = (points: readonly Point[]): readonly string[] => points.map(({ hit }) => keyOf(hit)).toSorted()
const slotsOf = (points: readonly Point[], suppressNs: bigint): readonly bigint[] => firingsOf(points, suppressNs).map(({ slot }) => slot)

function moved(hits: readonly Hit[], byNs: bigint): readonly Hit[] {
  return hits.map((hit) => ({ ...hit, timeNs: hit.timeNs + byNs }))
}

const movedPoints = (points: readonly Point[], byNs: bigint): readonly Point[] =>
  points.map(({ hit, witness }) => ({ hit: { ...hit, timeNs: hit.timeNs + byNs }, witness: moved(witness, byNs) }))

/** The criterion without its negations, which no witness can show. */
const asked = (criterion: Criterion): Criterion =>
  criterion.kind === 'terms' ? { ...criterion, terms: criterion.terms.map(({ all }) => ({ all, none: [] })) } : criterion

const arbitraryCase = (kind: Kind) => [arbitraryCriterion(kind), arbitraryHits, arbitrarySpan] as const
const anyCase = [fc.constantFrom(...KINDS).chain((kind) => arbitraryCriterion(kind)), arbitraryHits, arbitrarySpan] as const
const anyCaseAtOnce = fc.constantFrom(...KINDS_AT_ONCE).chain((kind) => arbitraryCriterion(kind, { atOnce: true }))

describe.each(KINDS)('%s', (kind) => {
  test('the points are those that trying every window and every combination finds', () => {
    fc.assert(
      fc.property(...arbitraryCase(kind), (criterion, hits, spanNs) => {
        const points = pointsOf(criterion, hits, spanNs)
        expect(keysOf(points)).toEqual(pointsByTrying(criterion, hits, spanNs).map(keyOf).toSorted())
        expect(points.every(({ hit }, index) => (points[index - 1]?.hit.timeNs ?? hit.timeNs) <= hit.timeNs)).toBe(true)
      }),
      { numRuns: 4000 },
    )
  })

  test('a witness holds its point and, where nothing is taken back, is enough for it', () => {
    fc.assert(
      fc.property(...arbitraryCase(kind), (criterion, hits, spanNs) => {
        for (const { hit, witness } of pointsOf(criterion, hits, spanNs)) {
          expect(witness.map(keyOf)).toContain(keyOf(hit))
          expect(hits).toEqual(expect.arrayContaining([...witness]))
          expect(new Set(witness.map(keyOf)).size).toBe(witness.length)
          expect(witness.filter(({ rule }) => !rulesOf(criterion).includes(rule))).toEqual([])
          if (!isAtOnce(asked(criterion))) continue
          expect(pointsByTrying(asked(criterion), witness, spanNs).map(keyOf)).toContain(keyOf(hit))
          expect(witness.every(({ timeNs }) => hit.timeNs - spanNs <= timeNs && timeNs <= hit.timeNs)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

test('neither the order of the hits nor their repetition matters', () => {
  const shuffled = arbitraryHits.chain((hits) =>
    fc.tuple(fc.constant(hits), fc.shuffledSubarray([...hits, ...hits.map((hit) => ({ ...hit }))], { minLength: hits.length * 2 })),
  )
  fc.assert(
    fc.property(anyCase[0], shuffled, arbitrarySpan, arbitrarySuppress, (criterion, [hits, repeated], spanNs, suppressNs) => {
      const [points, others] = [pointsOf(criterion, hits, spanNs), pointsOf(criterion, repeated, spanNs)]
      expect(others).toEqual(points)
      expect(firingsOf(others.toReversed(), suppressNs)).toEqual(firingsOf(points, suppressNs))
    }),
    { numRuns: 5000 },
  )
})

test('asked for the points of some times it gives those of all that are then', () => {
  const place = fc.tuple(fc.nat(10), fc.constantFrom(-1n, 0n, 1n))
  fc.assert(
    fc.property(...anyCase, place, place, (criterion, hits, spanNs, [one, before], [other, after]) => {
      const [from, to] = [(hits[one]?.timeNs ?? 0n) + before, (hits[other]?.timeNs ?? hits[0]?.timeNs ?? 0n) + after]
      const then = pointsOf(criterion, hits, spanNs).filter(({ hit }) => from <= hit.timeNs && hit.timeNs <= to)
      expect(pointsOf(criterion, hits, spanNs, { from, to })).toEqual(then)
    }),
    { numRuns: 3000 },
  )
})

test('what is more than T away changes nothing', () => {
  fc.assert(
    fc.property(...anyCase, (criterion, hits, spanNs) => {
      const points = pointsOf(criterion, hits, spanNs)
      for (const { timeNs } of hits) {
        const near = hits.filter((other) => timeNs - spanNs <= other.timeNs && other.timeNs <= timeNs + spanNs)
        const then = points.filter(({ hit }) => hit.timeNs === timeNs)
        expect(pointsOf(criterion, near, spanNs).filter(({ hit }) => hit.timeNs === timeNs)).toEqual(then)
      }
    }),
    { numRuns: 3000 },
  )
})

test('moving all times moves the points, and by whole slots the firings', () => {
  const arbitraryMove = fc.bigInt({ min: 0n, max: 10n ** 17n })
  fc.assert(
    fc.property(...anyCase, arbitrarySuppress, arbitraryMove, (criterion, hits, spanNs, suppressNs, by) => {
      const points = pointsOf(criterion, hits, spanNs)
      expect(pointsOf(criterion, moved(hits, by), spanNs)).toEqual(movedPoints(points, by))
      const bySlots = by / SECOND
      const firings = firingsOf(pointsOf(criterion, moved(hits, bySlots * suppressNs), spanNs), suppressNs)
      const expected = firingsOf(points, suppressNs).map(({ slot, point }) => ({
        slot: slot + bySlots,
        point: movedPoints([point], bySlots * suppressNs)[0],
      }))
      expect(firings).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
})

test('where it is decided at once, more hits take no point and no firing away', () => {
  const some = arbitraryHits.chain((hits) => fc.tuple(fc.constant(hits), fc.subarray([...hits])))
  fc.assert(
    fc.property(anyCaseAtOnce, some, arbitrarySpan, arbitrarySuppress, (criterion, [all, fewer], spanNs, suppressNs) => {
      const [before, after] = [pointsOf(criterion, fewer, spanNs), pointsOf(criterion, all, spanNs)]
      expect(keysOf(after)).toEqual(expect.arrayContaining([...keysOf(before)]))
      expect(slotsOf(after, suppressNs)).toEqual(expect.arrayContaining([...slotsOf(before, suppressNs)]))
    }),
    { numRuns: 5000 },
  )
})

test('each slot that has a point fires once, for its earliest', () => {
  const toPoints = (hits: readonly Hit[]): readonly Point[] => hits.map((hit) => ({ hit, witness: [hit] }))
  fc.assert(
    fc.property(arbitraryHits, arbitrarySuppress, (hits, suppressNs) => {
      const firings = firingsOf(toPoints(hits), suppressNs).map(({ slot, point }) => ({ slot, hit: point.hit }))
      expect(firings.toSorted((a, b) => (a.slot < b.slot ? -1 : 1))).toEqual(firingsByTrying(hits, suppressNs))
    }),
    { numRuns: 1000 },
  )
})

test('hits of rules that it does not name change nothing', () => {
  const others = arbitraryHits.map((hits) => hits.map((hit) => ({ ...hit, rule: 'other' })))
  fc.assert(
    fc.property(...anyCase, others, (criterion, hits, spanNs, more) => {
      const named = hits.filter(({ rule }) => rulesOf(criterion).includes(rule))
      expect(pointsOf(criterion, [...more, ...hits], spanNs)).toEqual(pointsOf(criterion, named, spanNs))
    }),
    { numRuns: 3000 },
  )
})

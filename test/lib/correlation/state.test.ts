import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Correlation } from '../../../lib/correlation/correlation.ts'
import { linkCorrelations } from '../../../lib/correlation/link.ts'
import { hitsIn, joinHits, type KeptHit, MAX_STATE_BYTES, StoredState, storedState } from '../../../lib/correlation/state.ts'
import { streamsOf } from '../../../lib/correlation/stream.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { detection } from '../../support/detection.ts'

const correlation = (title: string, type: string, condition: object, timespan = '10s') =>
  Correlation.parse({ title, correlation: { type, rules: ['a'], 'group-by': ['pod.name'], timespan, condition } })
const { linked } = linkCorrelations(
  [correlation('count', 'event_count', { gte: 3 }), correlation('values', 'value_count', { field: 'v', gte: 2 })],
  { rules: new Set(['a']), sigma: [] },
)
const [STREAM = expect.fail()] = streamsOf(linked)
const BASE_S = 1_795_495_750
const hit = (ms: number, value: string, id = `${ms}-${value}`): KeptHit => ({
  id,
  rule: 'a',
  timeNs: BigInt(BASE_S) * 1_000_000_000n + BigInt(ms) * 1_000_000n,
  values: { v: value },
  arrivedS: BASE_S + Math.ceil(ms / 1000),
})
const join = (present: readonly KeptHit[], fresh: readonly KeptHit[], nowS = BASE_S + 60) => joinHits(present, fresh, STREAM, nowS)
const ids = (hits: readonly KeptHit[]) => hits.map(({ id }) => id)
const hits = fc
  .array(fc.tuple(fc.nat(25_000), fc.constantFrom('x', 'x', 'x', 'y', 'z')), { maxLength: 60 })
  .map((some) => some.map(([ms, value]) => hit(ms, value)))

describe('what is kept of a group', () => {
  test('is a function of all that came: of no order, and nothing twice', () => {
    fc.assert(
      fc.property(hits, fc.array(fc.nat(59)), fc.nat(60), (some, order, cut) => {
        const shuffled = some.toSorted(
          (a, b) =>
            (order[a.id.length % (order.length || 1)] ?? 0) - (order[b.id.length % (order.length || 1)] ?? 0) || (a.id < b.id ? -1 : 1),
        )
        const whole = join([], some).hits
        const inTwo = join(join([], shuffled.slice(0, cut)).hits, [...shuffled.slice(cut), ...shuffled.slice(0, 5)]).hits
        expect(ids(inTwo)).toEqual(ids(whole))
        expect(join(whole, some).isChanged).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test('does not grow with a storm', () => {
    const storm = Array.from({ length: 5000 }, (_, ms) => hit(ms * 2, 'x'))
    const { hits: kept } = join([], storm)
    expect(kept.length).toBeLessThanOrEqual(2 * 4 * 2)
    expect(ids(kept)).toContain('0-x')
    expect(ids(kept)).toContain('9998-x')
  })

  test('runs out after two timespans and an hour from when it happened and arrived', () => {
    const old = hit(0, 'x')
    const runsOut = BASE_S + STREAM.keepSeconds
    expect(STREAM.keepSeconds).toBe(20 + 3600)
    expect(join([old], [], runsOut - 1).hits).toHaveLength(1)
    expect(join([old], [], runsOut).hits).toHaveLength(0)
    expect(join([{ ...old, arrivedS: BASE_S + 500 }], [], runsOut + 499).hits).toHaveLength(1)
  })

  test('takes at most so many bytes; the oldest are forgotten, and it is told', () => {
    const wide = Correlation.parse({
      title: 'wide',
      correlation: { type: 'value_sum', rules: ['a'], 'group-by': ['pod.name'], timespan: '1s', condition: { field: 'v', gte: 1e9 } },
    })
    const [stream = expect.fail()] = streamsOf(linkCorrelations([wide], { rules: new Set(['a']), sigma: [] }).linked)
    const many = Array.from({ length: 8000 }, (_, ms) => ({ ...hit(ms * 5, '1'.repeat(60)), evidence: evidenceOf(detection()) }))
    const { hits: kept, isCut } = joinHits([], many, stream, BASE_S + 60)
    expect(isCut).toBe(true)
    expect(kept.at(-1)?.id).toBe(many.at(-1)?.id)
    expect(Buffer.byteLength(JSON.stringify(storedState(['web-1'], kept)))).toBeLessThan(MAX_STATE_BYTES)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(hits, (some) => {
        const { hits: kept } = join([], some)
        const stored = StoredState.parse(JSON.parse(JSON.stringify(storedState(['web-1'], kept))))
        expect(hitsIn(stored)).toEqual(kept)
      }),
      { numRuns: 300 },
    )
  })

  test('of a rule that no correlation names any more is dropped', () => {
    expect(join([{ ...hit(0, 'x'), rule: 'gone' }], [hit(1, 'y')]).hits.map(({ rule }) => rule)).toEqual(['a'])
  })
})

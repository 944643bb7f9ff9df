import { describe, expect, test } from 'vitest'
import { boundsOf } from '../../../lib/correlation/bounds.ts'
import type { Criterion, Term } from '../../../lib/correlation/criterion.ts'
import type { Hit } from '../../../lib/correlation/hit.ts'
import { firingsOf, pointsOf } from '../../../lib/correlation/points.ts'
import { pointsByTrying } from './oracle.ts'

const SECOND = 1_000_000_000n
/** A whole number of seconds, beyond 2^53 in nanoseconds. */
const START = 1_800_000_000n * SECOND
const T = 10n * SECOND

type Condition = Parameters<typeof boundsOf>[0]
type Of<Kind extends 'quantity' | 'measure'> = Extract<Criterion, { kind: Kind }>['of']

/** `rule@second`, or `rule@second+1` for a nanosecond later; `id`: where it is not of its own. */
function hit(place: string, values: Hit['values'] = {}, id = place): Hit {
  const [, rule = '', second = '', offset = '0'] = /^(\w+)@(\d+)([+-]\d+)?$/.exec(place) ?? []
  return { id, rule, timeNs: START + BigInt(second) * SECOND + BigInt(offset), values }
}
const hits = (places: string): readonly Hit[] => places.split(' ').map((place) => hit(place))
/** Hits of `a`, a second apart, each with its number. */
const numbers = (...some: readonly (string | number)[]): readonly Hit[] => some.map((n, second) => hit(`a@${second}`, { n }))

const placeOf = ({ rule, timeNs }: Hit): string => {
  const second = (timeNs - START + SECOND / 2n) / SECOND
  const offset = timeNs - START - second * SECOND
  return `${rule}@${second}${offset === 0n ? '' : offset > 0n ? `+${offset}` : offset}`
}

/** Where the points are; and trying everything finds the same. */
function points(criterion: Criterion, some: readonly Hit[], spanNs = T): string {
  const found = pointsOf(criterion, some, spanNs).map((point) => placeOf(point.hit))
  expect(pointsByTrying(criterion, some, spanNs).map(placeOf)).toEqual(found)
  return found.join(' ')
}

function quantity(of: Of<'quantity'>, condition: Condition, fields = ['n'], rules = ['a', 'b', 'c']): Criterion {
  return { kind: 'quantity', of, rules, fields: of === 'values' || of === 'sum' ? fields : [], bounds: boundsOf(condition) }
}
function measure(of: Of<'measure'>, condition: Condition, percentile = 50): Criterion {
  return { kind: 'measure', of, rules: ['a', 'b'], field: 'n', percentile, bounds: boundsOf(condition) }
}
const unordered = (...terms: readonly Term[]): Criterion => ({ kind: 'terms', ordered: false, terms })
const ordered = (...terms: readonly Term[]): Criterion => ({ kind: 'terms', ordered: true, terms })

describe('event_count, at least', () => {
  test.each([
    { name: 'nothing', places: '', gte: 1, found: '' },
    { name: 'each is one', places: 'a@0 b@30', gte: 1, found: 'a@0 b@30' },
    { name: 'two inside T', places: 'a@0 b@5', gte: 2, found: 'b@5' },
    { name: 'two exactly T apart', places: 'a@0 a@10', gte: 2, found: 'a@10' },
    { name: 'two a nanosecond more than T apart', places: 'a@0 a@10+1', gte: 2, found: '' },
    { name: 'two a nanosecond less than T apart', places: 'a@0+1 a@10', gte: 2, found: 'a@10' },
    { name: 'two at the same time are both points', places: 'a@3 b@3', gte: 2, found: 'a@3 b@3' },
    { name: 'every further one is a point', places: 'a@0 a@1 a@2 a@3', gte: 3, found: 'a@2 a@3' },
    { name: 'two bursts', places: 'a@0 a@1 a@50 a@51', gte: 2, found: 'a@1 a@51' },
    { name: 'three in a row, no two windows long', places: 'a@0 a@6 a@12', gte: 3, found: '' },
    { name: 'a rule that is not named', places: 'a@0 x@1 x@2', gte: 2, found: '' },
    { name: 'given in another order', places: 'a@9 a@1 a@5', gte: 3, found: 'a@9' },
  ])('$name: $places → $found', ({ places, gte, found }) => {
    expect(points(quantity('hits', { gte }), places === '' ? [] : hits(places))).toBe(found)
    expect(points(quantity('hits', { gt: gte - 1 }), places === '' ? [] : hits(places))).toBe(found)
  })

  test('a bound between two numbers is reached by the next', () => {
    expect(points(quantity('hits', { gte: 1.5 }), hits('a@0 a@1'))).toBe('a@1')
  })

  test('a timespan of nothing still holds what is at the same time', () => {
    expect(points(quantity('hits', { gte: 2 }), hits('a@0 a@1 b@1 b@1+1'), 0n)).toBe('a@1 b@1')
  })

  test('the same hit twice is one', () => {
    expect(points(quantity('hits', { gte: 2 }), hits('a@0 a@0'))).toBe('')
    expect(points(quantity('hits', { gte: 1 }), hits('a@0 a@0'))).toBe('a@0')
  })

  test('several points of one firing count once', () => {
    const storm = ['a@0', 'a@1', 'a@2'].map((place) => hit(place, {}, 'storm'))
    expect(points(quantity('hits', { gte: 2 }), storm)).toBe('')
    expect(points(quantity('hits', { gte: 2 }), [...storm, hit('a@11'), hit('a@12+1')])).toBe('a@11 a@12+1')
    expect(points(quantity('hits', { gte: 2 }), [...storm, hit('a@12+1')])).toBe('')
  })

  test('one detection of two rules is one detection', () => {
    expect(points(quantity('hits', { gte: 2 }), [hit('a@0', {}, 'one'), hit('b@0', {}, 'one')])).toBe('')
    expect(points(quantity('rules', { gte: 2 }), [hit('a@0', {}, 'one'), hit('b@0', {}, 'one')])).toBe('a@0 b@0')
  })

  test('the witness are the hits of the window', () => {
    const [point] = pointsOf(quantity('hits', { gte: 3 }), hits('a@3 b@1 x@2 c@2 a@30'), T)
    expect(point?.witness.map(placeOf).toSorted()).toEqual(['a@3', 'b@1', 'c@2'])
  })
})

describe('event_count, with an upper bound: the largest of any window of length T', () => {
  test.each<{ name: string; condition: Condition; places: string; found: string }>([
    { name: 'alone', condition: { lt: 2 }, places: 'a@0', found: 'a@0' },
    { name: 'one after it within T', condition: { lt: 2 }, places: 'a@0 a@10', found: '' },
    { name: 'one after it, a nanosecond past T', condition: { lt: 2 }, places: 'a@0 a@10+1', found: 'a@0 a@10+1' },
    { name: 'at most two, of three that no window holds', condition: { lte: 2 }, places: 'a@0 a@6 a@12', found: 'a@0 a@6 a@12' },
    { name: 'at most two, of three that a window holds', condition: { lte: 2 }, places: 'a@0 a@6 a@10 a@18', found: 'a@18' },
    { name: 'exactly two', condition: { eq: 2 }, places: 'a@0 a@5 a@30 a@50 a@51 a@52', found: 'a@0 a@5' },
    { name: 'not two', condition: { neq: 2 }, places: 'a@0 a@5 a@30 a@50 a@51 a@52', found: 'a@30 a@50 a@51 a@52' },
    {
      name: 'two or three',
      condition: { gte: 2, lte: 3 },
      places: 'a@0 a@20 a@21 a@40 a@41 a@42 a@60 a@61 a@62 a@63',
      found: 'a@20 a@21 a@40 a@41 a@42',
    },
    { name: 'more than one, not three', condition: { gt: 1, neq: 3 }, places: 'a@0 a@20 a@21 a@40 a@41 a@42', found: 'a@20 a@21' },
    { name: 'what cannot be', condition: { gt: 2, lt: 2 }, places: 'a@0 a@1 a@2', found: '' },
  ])('$name: $condition, $places → $found', ({ condition, places, found }) => {
    expect(points(quantity('hits', condition), hits(places))).toBe(found)
  })
})

describe('value_count', () => {
  const named = (...some: readonly [string, Hit['values']][]): readonly Hit[] => some.map(([place, values]) => hit(place, values))

  test.each([
    { name: 'different values', some: named(['a@0', { n: 'x' }], ['a@1', { n: 'y' }]), found: 'a@1' },
    { name: 'one value twice', some: named(['a@0', { n: 'x' }], ['a@1', { n: 'x' }]), found: '' },
    { name: 'different values a nanosecond past T', some: named(['a@0', { n: 'x' }], ['a@10+1', { n: 'y' }]), found: '' },
    {
      name: 'a value that was there before is a point as well',
      some: named(['a@0', { n: 'x' }], ['a@1', { n: 'y' }], ['a@2', { n: 'x' }]),
      found: 'a@1 a@2',
    },
    { name: 'one that lacks the field', some: named(['a@0', { n: 'x' }], ['a@1', {}]), found: '' },
    {
      name: 'one that lacks the field, after two',
      some: named(['a@0', { n: 'x' }], ['a@1', { n: 'y' }], ['a@2', { m: 'z' }]),
      found: 'a@1',
    },
    { name: 'an empty value is one', some: named(['a@0', { n: '' }], ['a@1', { n: 'x' }]), found: 'a@1' },
  ])('two of one field: $name → $found', ({ some, found }) => {
    expect(points(quantity('values', { gte: 2 }), some)).toBe(found)
  })

  test.each([
    { name: 'one field differs', some: named(['a@0', { n: 1, m: 'x' }], ['a@1', { n: 1, m: 'y' }]), found: 'a@1' },
    { name: 'the same combination', some: named(['a@0', { n: 1, m: 'x' }], ['a@1', { n: 1, m: 'x' }]), found: '' },
    { name: 'one field is lacking', some: named(['a@0', { n: 1, m: 'x' }], ['a@1', { n: 2 }]), found: '' },
    { name: 'the same letters, cut otherwise', some: named(['a@0', { n: 'x,y', m: 'z' }], ['a@1', { n: 'x', m: 'y,z' }]), found: 'a@1' },
    { name: 'the same values, the other way round', some: named(['a@0', { n: 'x', m: 'y' }], ['a@1', { n: 'y', m: 'x' }]), found: 'a@1' },
  ])('two of two fields: $name → $found', ({ some, found }) => {
    expect(points(quantity('values', { gte: 2 }, ['n', 'm']), some)).toBe(found)
  })

  test('fewer than two values in any window that holds it', () => {
    const some = named(
      ['a@0', { n: 'x' }],
      ['a@1', { n: 'x' }],
      ['a@20', { n: 'x' }],
      ['a@30', { n: 'y' }],
      ['a@40+1', { n: 'z' }],
      ['a@60', {}],
    )
    expect(points(quantity('values', { lt: 2 }), some)).toBe('a@0 a@1 a@40+1')
  })

  test('of one firing all values count', () => {
    const firing = [hit('a@0', { n: 'x' }, 'storm'), hit('a@5', { n: 'y' }, 'storm')]
    expect(points(quantity('values', { gte: 2 }), firing)).toBe('a@5')
    expect(points(quantity('values', { gte: 2 }), [...firing, hit('b@10', { n: 'y' })])).toBe('a@5 b@10')
    expect(points(quantity('values', { gte: 2 }), [...firing, hit('b@10+1', { n: 'y' })])).toBe('a@5')
  })
})

describe('value_sum', () => {
  test.each([
    { name: 'numbers', some: [2, 3], found: 'a@1' },
    { name: 'numbers written as text', some: ['2', '3.0'], found: 'a@1' },
    { name: 'not quite', some: [2, 2.5], found: '' },
    { name: 'fractions', some: [2.25, 2.75], found: 'a@1' },
    { name: 'the same number twice', some: [2.5, 2.5], found: 'a@1' },
    { name: 'one that is none', some: [5, 'many'], found: 'a@0' },
    { name: 'an empty text is none', some: [5, ''], found: 'a@0' },
    { name: 'nothing adds nothing, and is a number', some: [5, 0], found: 'a@0 a@1' },
    { name: 'a negative number is passed over', some: [3, -2, 2], found: 'a@2' },
    { name: 'a negative number in text is passed over', some: [3, '-2', 2], found: 'a@2' },
    { name: 'only negative ones', some: [-5, -6], found: '' },
  ])('at least 5: $name, $some → $found', ({ some, found }) => {
    expect(points(quantity('sum', { gte: 5 }), numbers(...some))).toBe(found)
  })

  test('it is of what is within T', () => {
    const some = (second: string) => [hit('a@0', { n: 3 }), hit(second, { n: 2 })]
    expect(points(quantity('sum', { gte: 5 }), some('a@10'))).toBe('a@10')
    expect(points(quantity('sum', { gte: 5 }), some('a@10+1'))).toBe('')
  })

  test('with an upper bound the largest sum of any window decides', () => {
    const some = [hit('a@0', { n: 1 }), hit('a@9', { n: 4 }), hit('a@10+1', { n: 5 }), hit('a@40', { n: 4 })]
    expect(points(quantity('sum', { lt: 9 }), some)).toBe('a@0 a@40')
    expect(points(quantity('sum', { eq: 9 }), some)).toBe('a@9 a@10+1')
    expect(points(quantity('sum', { gte: 4, lte: 5 }), some)).toBe('a@0 a@40')
  })

  test('several points of one firing are added once, with the largest number in the window', () => {
    const firing = [hit('a@0', { n: 4 }, 'storm'), hit('a@1', { n: 3 }, 'storm')]
    expect(points(quantity('sum', { gte: 7 }), firing)).toBe('')
    expect(points(quantity('sum', { gte: 7 }), [...firing, hit('b@10', { n: 3 })])).toBe('b@10')
    expect(points(quantity('sum', { gte: 7 }), [...firing, hit('b@11', { n: 3 })])).toBe('')
    expect(points(quantity('sum', { gte: 7 }), [...firing, hit('b@11', { n: 4 })])).toBe('b@11')
  })

  test('decimals add up as people add them', () => {
    expect(points(quantity('sum', { gte: 1 }), numbers(0.7, 0.1, 0.2))).toBe('a@2')
  })
})

describe('value_avg, value_median, value_percentile: over [e − T, e]', () => {
  test.each([
    { name: 'an average that rises', criterion: measure('avg', { gte: 3 }), some: [1, 3, 5, 7], found: 'a@2 a@3' },
    { name: 'an average that falls', criterion: measure('avg', { lt: 3 }), some: [4, 2, 1], found: 'a@2' },
    { name: 'an average in a range', criterion: measure('avg', { gt: 1, lte: 2 }), some: [1, 2, 3, 4], found: 'a@1 a@2' },
    { name: 'an average with negative numbers', criterion: measure('avg', { eq: 0 }), some: [2, -2, 'x', '0'], found: 'a@1 a@3' },
    { name: 'an average of what is no number', criterion: measure('avg', { lt: 100 }), some: ['x', ''], found: '' },
    { name: 'the median of an odd count', criterion: measure('median', { eq: 2 }), some: [9, 1, 2], found: 'a@2' },
    { name: 'the median of an even count', criterion: measure('median', { eq: 2.5 }), some: [1, 4, 2, 3], found: 'a@1 a@3' },
    { name: 'the median in the order of numbers', criterion: measure('median', { eq: 9 }), some: [10, 9, 2], found: 'a@2' },
    { name: 'the 50th of two is the first', criterion: measure('percentile', { eq: 1 }), some: [3, 1], found: 'a@1' },
    { name: 'the 51st of two is the second', criterion: measure('percentile', { eq: 3 }, 51), some: [1, 3], found: 'a@1' },
    { name: 'the 100th is the largest', criterion: measure('percentile', { eq: 4 }, 100), some: [4, 1, 2, 3], found: 'a@0 a@1 a@2 a@3' },
    { name: 'the 1st is the smallest', criterion: measure('percentile', { eq: 1 }, 1), some: [4, 1, 2, 3], found: 'a@1 a@2 a@3' },
    { name: 'the 75th of four is the third', criterion: measure('percentile', { eq: 3 }, 75), some: [4, 1, 2, 3], found: 'a@3' },
    { name: 'the 76th of four is the fourth', criterion: measure('percentile', { neq: 4 }, 76), some: [4, 1, 2, 3], found: '' },
  ])('$name: $some → $found', ({ criterion, some, found }) => {
    expect(points(criterion, numbers(...some))).toBe(found)
  })

  test('the 55th of twenty is the eleventh, whatever 0.55 · 20 is in binary', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => hit('a@0', { n: index + 1 }, `${index}`))
    expect(pointsOf(measure('percentile', { eq: 11 }, 55), twenty, T)).toHaveLength(20)
  })

  test('what comes later, or was more than T before, is not looked at', () => {
    const some = [hit('a@0', { n: 9 }), hit('a@10', { n: 1 }), hit('a@10+1', { n: 1 }), hit('a@15', { n: 30 })]
    expect(points(measure('avg', { lte: 5 }), some)).toBe('a@10 a@10+1')
    expect(points(measure('avg', { lt: 5 }), some)).toBe('a@10+1')
  })

  test('several points of one firing are measured once', () => {
    expect(points(measure('avg', { eq: 4 }), [hit('a@0', { n: 1 }, 'storm'), hit('a@1', { n: 5 }, 'storm'), hit('b@2', { n: 3 })])).toBe(
      'b@2',
    )
  })
})

describe('temporal with a map: different rules', () => {
  test.each([
    { places: 'a@0 b@5', found: 'b@5' },
    { places: 'a@0 a@5', found: '' },
    { places: 'a@0 x@5', found: '' },
    { places: 'a@0 b@10', found: 'b@10' },
    { places: 'a@0 b@10+1', found: '' },
    { places: 'b@0 a@5 a@8 c@10', found: 'a@5 a@8 c@10' },
  ])('two: $places → $found', ({ places, found }) => {
    expect(points(quantity('rules', { gte: 2 }), hits(places))).toBe(found)
  })

  test('one only', () => {
    expect(points(quantity('rules', { eq: 1 }), hits('a@0 a@1 a@20 b@30 c@40+1'))).toBe('a@0 a@1 c@40+1')
  })
})

describe('temporal_ordered with a map: different rules in their order', () => {
  test.each([
    { places: 'a@0 b@5', found: 'b@5' },
    { places: 'b@0 a@5', found: '' },
    { places: 'a@0 c@10', found: 'c@10' },
    { places: 'a@0 c@10+1', found: '' },
    { places: 'c@0 b@1 a@2', found: '' },
    { places: 'c@0 a@1 b@2', found: 'b@2' },
    { places: 'a@0 a@5', found: '' },
  ])('two: $places → $found', ({ places, found }) => {
    expect(points(quantity('order', { gte: 2 }), hits(places))).toBe(found)
  })

  test('the order is that of the rules as they are written', () => {
    expect(points(quantity('order', { gte: 2 }, [], ['b', 'a']), hits('b@0 a@5'))).toBe('a@5')
    expect(points(quantity('order', { gte: 3 }), hits('a@0 c@1 b@2 c@3'))).toBe('c@3')
  })

  test('fewer than two in order, in any window that holds it', () => {
    expect(points(quantity('order', { lt: 2 }), hits('b@0 a@5 a@30 b@40 b@60'))).toBe('b@0 a@5 b@60')
  })
})

describe('temporal, without negation', () => {
  const both = unordered({ all: ['a', 'b'], none: [] })

  test.each([
    { name: 'in either order', places: 'a@0 b@5 b@30 a@35', found: 'b@5 a@35' },
    { name: 'the last of them is the point', places: 'b@0 a@5', found: 'a@5' },
    { name: 'exactly T apart', places: 'a@0 b@10', found: 'b@10' },
    { name: 'a nanosecond more', places: 'a@0 b@10+1', found: '' },
    { name: 'at the same time both are', places: 'a@3 b@3', found: 'a@3 b@3' },
    { name: 'only one of them', places: 'a@0 a@1', found: '' },
    { name: 'each that comes after', places: 'a@0 b@1 b@2 a@3', found: 'b@1 b@2 a@3' },
    { name: 'another rule is none of them', places: 'a@0 b@1 c@2', found: 'b@1' },
  ])('a and b: $name, $places → $found', ({ places, found }) => {
    expect(points(both, hits(places))).toBe(found)
  })

  test('one way to come true is enough', () => {
    const either = unordered({ all: ['a', 'b'], none: [] }, { all: ['a', 'c'], none: [] })
    expect(points(either, hits('b@0 c@1 a@2 c@12 c@12+1'))).toBe('a@2 c@12')
  })

  test('of three all have to be within T of each other', () => {
    const three = unordered({ all: ['a', 'b', 'c'], none: [] })
    expect(points(three, hits('a@0 b@6 c@12'))).toBe('')
    expect(points(three, hits('a@0 b@6 a@9 c@12'))).toBe('c@12')
  })

  test('the witness has one of each', () => {
    const [point] = pointsOf(both, hits('a@0 b@5 c@5'), T)
    expect(point?.witness.map(placeOf).toSorted()).toEqual(['a@0', 'b@5'])
  })
})

describe('temporal, with negation', () => {
  test.each([
    { name: 'nothing else', places: 'a@20', found: 'a@20' },
    { name: 'b before, within T', places: 'b@15 a@20', found: '' },
    { name: 'b after, within T', places: 'a@20 b@25', found: '' },
    { name: 'b before, exactly T', places: 'b@10 a@20', found: '' },
    { name: 'b after, exactly T', places: 'a@20 b@30', found: '' },
    { name: 'b before, a nanosecond more', places: 'b@10-1 a@20', found: 'a@20' },
    { name: 'b after, a nanosecond more', places: 'a@20 b@30+1', found: 'a@20' },
    { name: 'b at the same time', places: 'a@20 b@20', found: '' },
    { name: 'b alone', places: 'b@20', found: '' },
    { name: 'b near one of two', places: 'a@0 a@20 b@30', found: 'a@0' },
  ])('a and not b: $name, $places → $found', ({ places, found }) => {
    expect(points(unordered({ all: ['a'], none: [{ rule: 'b', after: 0 }] }), hits(places))).toBe(found)
  })

  test.each([
    { name: 'nothing else', places: 'a@0 c@6', found: 'c@6' },
    { name: 'b between', places: 'a@0 b@3 c@6', found: '' },
    { name: 'b after, within T of the first', places: 'a@0 c@6 b@10', found: '' },
    { name: 'b after, within T of the last only', places: 'a@0 c@6 b@10+1', found: 'c@6' },
    { name: 'b before, within T of the last', places: 'b@0 a@4 c@10', found: '' },
    { name: 'b before, within T of the first only', places: 'b@0 a@4 c@10+1', found: 'c@10+1' },
    { name: 'an earlier a that b cannot be joined to', places: 'a@0 a@4 c@10 b@13', found: 'c@10' },
    { name: 'no a that b cannot be joined to', places: 'a@4 a@5 c@10 b@13', found: '' },
    { name: 'a and c exactly T apart, where no b but one between could be joined', places: 'b@0 a@1 c@11 b@12', found: 'c@11' },
  ])('a and c and not b: $name, $places → $found', ({ places, found }) => {
    expect(points(unordered({ all: ['a', 'c'], none: [{ rule: 'b', after: 0 }] }), hits(places))).toBe(found)
  })

  test('neither of two', () => {
    const lone = unordered({
      all: ['a'],
      none: [
        { rule: 'b', after: 0 },
        { rule: 'c', after: 0 },
      ],
    })
    expect(points(lone, hits('a@0 b@10 a@30 c@40 a@60'))).toBe('a@60')
  })

  test('another way to come true is not held up', () => {
    const terms = unordered({ all: ['a'], none: [{ rule: 'b', after: 0 }] }, { all: ['a', 'c'], none: [] })
    expect(points(terms, hits('a@0 b@1 a@30 b@31 c@32'))).toBe('c@32')
  })
})

describe('temporal_ordered, without negation', () => {
  const inOrder = ordered({ all: ['a', 'b', 'c'], none: [] })

  test.each([
    { name: 'in order', places: 'a@0 b@1 c@2', found: 'c@2' },
    { name: 'not in order', places: 'a@0 c@1 b@2', found: '' },
    { name: 'exactly T', places: 'a@0 b@1 c@10', found: 'c@10' },
    { name: 'a nanosecond more', places: 'a@0 b@1 c@10+1', found: '' },
    { name: 'a nanosecond out of order', places: 'a@0 b@2+1 c@2', found: '' },
    { name: 'equal times count as in order', places: 'c@3 b@3 a@3', found: 'c@3' },
    { name: 'too early a start, then a good one', places: 'a@0 a@8 b@9 c@15', found: 'c@15' },
    { name: 'a start too late for the second', places: 'a@0 b@4 a@6 c@12', found: '' },
    { name: 'each last one', places: 'a@0 b@1 c@2 c@3', found: 'c@2 c@3' },
  ])('a, b, c: $name, $places → $found', ({ places, found }) => {
    expect(points(inOrder, hits(places))).toBe(found)
  })

  test('a rule twice asks for two different detections', () => {
    const twice = ordered({ all: ['a', 'a'], none: [] })
    expect(points(twice, hits('a@0'))).toBe('')
    expect(points(twice, hits('a@0 a@1'))).toBe('a@1')
    expect(points(twice, [hit('a@0', {}, 'storm'), hit('a@1', {}, 'storm')])).toBe('')
    expect(points(twice, [hit('a@0', {}, 'storm'), hit('a@0', {}, 'calm')])).toBe('a@0 a@0')
  })

  test('one detection of two rules is not a chain of two', () => {
    const two = ordered({ all: ['a', 'b'], none: [] })
    expect(points(two, [hit('a@0', {}, 'one'), hit('b@0', {}, 'one')])).toBe('')
    expect(points(two, [hit('a@0', {}, 'one'), hit('b@0', {}, 'other')])).toBe('b@0')
  })

  test('the nearest is of no use when it is the same detection', () => {
    const three = ordered({ all: ['a', 'b', 'c'], none: [] })
    const some = [hit('a@0', {}, 'x'), hit('b@1', {}, 'y'), hit('b@2', {}, 'z'), hit('c@3', {}, 'z')]
    expect(points(three, some)).toBe('c@3')
    expect(
      points(
        three,
        some.filter(({ id }) => id !== 'y'),
      ),
    ).toBe('')
  })
})

describe('temporal_ordered, with negation', () => {
  test.each([
    { name: 'nothing between', places: 'a@0 c@5', found: 'c@5' },
    { name: 'b between', places: 'a@0 b@3 c@5', found: '' },
    { name: 'b at the time of the first', places: 'a@0 b@0 c@5', found: '' },
    { name: 'b at the time of the last', places: 'a@0 b@5 c@5', found: '' },
    { name: 'b a nanosecond before the first', places: 'b@1-1 a@1 c@5', found: 'c@5' },
    { name: 'b a nanosecond after the last', places: 'a@0 c@5 b@5+1', found: 'c@5' },
    { name: 'a later a, after b', places: 'a@0 b@2 a@3 c@5', found: 'c@5' },
    { name: 'b in the way of the first c only', places: 'a@0 b@3 c@5 a@6 c@7', found: 'c@7' },
    { name: 'the wrong order', places: 'c@0 a@5', found: '' },
  ])('a, not b, c: $name, $places → $found', ({ places, found }) => {
    expect(points(ordered({ all: ['a', 'c'], none: [{ rule: 'b', after: 1 }] }), hits(places))).toBe(found)
  })

  test.each([
    { name: 'before, within T of the last', after: 0, places: 'b@0 a@4 c@10', found: '' },
    { name: 'before, past T of the last', after: 0, places: 'b@0 a@4 c@10+1', found: 'c@10+1' },
    { name: 'before is not after', after: 0, places: 'a@4 c@6 b@8', found: 'c@6' },
    { name: 'after, within T of the first', after: 2, places: 'a@4 c@6 b@14', found: '' },
    { name: 'after, past T of the first', after: 2, places: 'a@4 c@6 b@14+1', found: 'c@6' },
    { name: 'after is not before', after: 2, places: 'b@0 a@4 c@6', found: 'c@6' },
  ])('an unwanted b at its place only: $name, $places → $found', ({ after, places, found }) => {
    expect(points(ordered({ all: ['a', 'c'], none: [{ rule: 'b', after }] }), hits(places))).toBe(found)
  })

  test('two places at once', () => {
    const term = {
      all: ['a', 'c'],
      none: [
        { rule: 'b', after: 1 },
        { rule: 'd', after: 2 },
      ],
    }
    expect(points(ordered(term), hits('a@0 d@1 c@2 b@3'))).toBe('c@2')
    expect(points(ordered(term), hits('a@0 b@1 c@2'))).toBe('')
    expect(points(ordered(term), hits('a@0 c@2 d@3'))).toBe('')
  })
})

describe('firings', () => {
  const firings = (places: string, suppressSeconds: bigint) =>
    firingsOf(pointsOf(quantity('hits', { gte: 1 }), hits(places), T), suppressSeconds * SECOND).map(({ slot, point }) => [
      slot - 1_800_000_000n / suppressSeconds,
      placeOf(point.hit),
    ])

  test('a slot that has points fires for its earliest, and one without does not', () => {
    expect(firings('a@12 a@3 b@3 a@9 a@30', 10n)).toEqual([
      [0n, 'a@3'],
      [1n, 'a@12'],
      [3n, 'a@30'],
    ])
  })

  test('a burst over the edge of a slot fires twice', () => {
    expect(firings('a@10-1 a@10', 10n)).toEqual([
      [0n, 'a@10-1'],
      [1n, 'a@10'],
    ])
  })

  test('slots are counted from 1970, not from the first point', () => {
    expect(firings('a@5 a@6', 7n)).toEqual([
      [0n, 'a@5'],
      [1n, 'a@6'],
    ])
  })

  test('of points at the same time the id decides, then the rule', () => {
    const point = (id: string, rule: string) => ({ hit: hit(`${rule}@0`, {}, id), witness: [] })
    const [firing] = firingsOf([point('2', 'a'), point('1', 'b'), point('1', 'a'), point('10', 'a')], SECOND)
    expect(firing?.point).toEqual(point('1', 'a'))
  })

  test('nothing fires of nothing', () => {
    expect(firingsOf([], SECOND)).toEqual([])
  })
})

// What these would take if they were searched naively is minutes: they end, and that is what is asserted.
describe('what attackers would have it search', () => {
  const many = (count: number, rule: string): Hit[] =>
    Array.from({ length: count }, (_, at) => ({ id: `${rule}${at}`, rule, timeNs: BigInt(at) * 1_000_000n, values: {} }))

  test('a rule named six times, and its first never came', () => {
    const criterion: Criterion = { kind: 'terms', ordered: true, terms: [{ all: ['a', 'b', 'b', 'b', 'b', 'b', 'b'], none: [] }] }
    expect(pointsOf(criterion, many(250, 'b'), 10n ** 10n)).toEqual([])
  })

  test('detections that are hits of each rule of a chain', () => {
    const rules = ['a', 'b', 'c', 'd', 'e']
    const hits = rules.flatMap((rule) => many(40, rule).map((hit) => ({ ...hit, id: hit.id.slice(1), timeNs: 0n })))
    const criterion: Criterion = { kind: 'terms', ordered: true, terms: [{ all: ['never', ...rules], none: [] }] }
    expect(pointsOf(criterion, hits, 10n ** 10n)).toEqual([])
  })

  test('a thousand with an upper bound', () => {
    const criterion: Criterion = { kind: 'quantity', of: 'hits', rules: ['a'], fields: [], bounds: boundsOf({ gte: 3, lte: 2999 }) }
    expect(pointsOf(criterion, many(3000, 'a'), 10n ** 10n)).toEqual([])
    expect(pointsOf(criterion, many(2999, 'a'), 10n ** 10n)).toHaveLength(2999)
  })
})

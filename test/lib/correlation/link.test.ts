import { describe, expect, test } from 'vitest'
import { Correlation } from '../../../lib/correlation/correlation.ts'
import { linkCorrelations } from '../../../lib/correlation/link.ts'

const RULES = new Set(['a', 'b', 'c', 'A rule with a name'])
const document = (title: string, correlation: object, more: object = {}) => ({
  title,
  correlation: { timespan: '5m', 'group-by': ['pod.name'], ...correlation },
  ...more,
})
const link = (documents: readonly object[], sigma: { title: string; name?: string; id?: string }[] = []) =>
  linkCorrelations(
    documents.map((one) => Correlation.parse(one)),
    { rules: RULES, sigma },
  )
const codes = (documents: readonly object[], sigma: { title: string; name?: string }[] = []) =>
  link(documents, sigma).problems.map(({ index, path, code }) => `${index} ${path.join('.')} ${code}`)

describe('references', () => {
  test('are rules by their names, Sigma rules and correlations by name, id or title', () => {
    const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
    const { linked, problems } = link(
      [
        document(
          'First',
          { type: 'temporal', rules: ['A rule with a name', 'sig', ids[0] ?? '', 'Third Sigma'] },
          { name: 'first', id: ids[1] },
        ),
        document('By name', { type: 'event_count', rules: ['first'], condition: { gte: 2 } }),
        document('By id', { type: 'event_count', rules: [ids[1]], condition: { gte: 2 } }),
        document('By title', { type: 'event_count', rules: ['First'], condition: { gte: 2 } }),
      ],
      [{ title: 'First Sigma', name: 'sig' }, { title: 'Second Sigma', id: ids[0] ?? '' }, { title: 'Third Sigma' }],
    )
    expect(problems).toEqual([])
    expect(linked.map(({ title, rules }) => [title, ...rules])).toEqual([
      ['First', 'A rule with a name', 'sigma/First Sigma', 'sigma/Second Sigma', 'sigma/Third Sigma'],
      ['By name', 'correlation/First'],
      ['By id', 'correlation/First'],
      ['By title', 'correlation/First'],
    ])
  })

  test('that nothing has are errors at their place; what names a bad one is left out, without an error of its own', () => {
    const documents = [
      document('Bad', { type: 'temporal', rules: ['a', 'nobody'] }),
      document('Above', { type: 'event_count', rules: ['Bad'], condition: { gte: 1 } }),
      document('Good', { type: 'event_count', rules: ['a'], condition: { gte: 1 } }),
    ]
    expect(codes(documents)).toEqual(['0 correlation.rules.1 unknown_reference'])
    expect(link(documents).linked.map(({ title }) => title)).toEqual(['Good'])
  })

  test('that go in a circle are refused', () => {
    const circle = (title: string, other: string) => document(title, { type: 'temporal', rules: [other, 'a'] })
    const { linked, problems } = link([circle('X', 'Y'), circle('Y', 'Z'), circle('Z', 'X'), circle('Self', 'Self')])
    expect(linked).toEqual([])
    expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['circular_reference']))
    expect(problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('"X" → "Y" → "Z" → "X"'), expect.stringContaining('"Self" → "Self"')]),
    )
  })

  test.each([
    [10, []],
    [11, ['chain_too_long']],
  ])('a chain of %i is answered with %j', (length, expected) => {
    const chain = Array.from({ length }, (_, at) =>
      document(`C${at}`, { type: 'event_count', rules: [at === length - 1 ? 'a' : `C${at + 1}`], condition: { gte: 1 } }),
    )
    for (const documents of [chain, chain.toReversed()]) expect(link(documents).problems.map(({ code }) => code)).toEqual(expected)
  })

  test('children come before those that name them, and these wait as long as they do', () => {
    const { linked } = link([
      document('Parent', { type: 'temporal', rules: ['Child', 'a'] }),
      document('Child', { type: 'event_count', rules: ['b'], condition: { lt: 3 } }),
    ])
    expect(linked.map(({ title, level }) => [title, level])).toEqual([
      ['Child', 0],
      ['Parent', 1],
    ])
    const [child, parent] = linked
    expect(parent?.settleNs).toBeGreaterThan(child?.settleNs ?? 0n)
  })
})

describe('conditions', () => {
  test.each([
    ['a text for a count', { type: 'event_count', rules: ['a'], condition: 'a' }, 'invalid_condition'],
    ['no condition for a count', { type: 'event_count', rules: ['a'] }, 'invalid_condition'],
    ['no field for values', { type: 'value_count', rules: ['a'], condition: { gte: 1 } }, 'invalid_condition'],
    ['two fields for a sum', { type: 'value_sum', rules: ['a'], condition: { gte: 1, field: ['x', 'y'] } }, 'invalid_condition'],
    [
      'a percentile of an average',
      { type: 'value_avg', rules: ['a'], condition: { gte: 1, field: 'x', percentile: 5 } },
      'invalid_condition',
    ],
    ['a text that names another', { type: 'temporal', rules: ['a'], condition: 'a and b' }, 'invalid_condition'],
    ['a text that leaves one out', { type: 'temporal', rules: ['a', 'b'], condition: 'a' }, 'invalid_condition'],
    ['a text of nothing but not', { type: 'temporal', rules: ['a'], condition: 'not a' }, 'invalid_condition'],
    ['a text that contradicts itself', { type: 'temporal', rules: ['a'], condition: 'a and not a' }, 'invalid_condition'],
    ['more than is counted', { type: 'event_count', rules: ['a'], condition: { gte: 1001 } }, 'count_too_large'],
  ])('%s: refused', (_name, correlation, code) => {
    expect(codes([document('T', correlation)])).toEqual([`0 correlation.condition ${code}`])
  })

  test.each([
    ['a field for events', { type: 'event_count', rules: ['a'], condition: { gte: 1, field: 'x' } }, ['unused_field']],
    ['fewer than one', { type: 'event_count', rules: ['a'], condition: { lt: 1 } }, ['impossible_condition']],
    ['a range of nothing', { type: 'event_count', rules: ['a'], condition: { gt: 3, lt: 4 } }, ['not_portable', 'impossible_condition']],
    ['more rules than there are', { type: 'temporal', rules: ['a', 'b'], condition: { gte: 3 } }, ['impossible_condition']],
    ['a sum below nothing', { type: 'value_sum', rules: ['a'], condition: { lt: 0, field: 'x' } }, ['impossible_condition']],
    [
      'an average over and under',
      { type: 'value_avg', rules: ['a'], condition: { gt: 5, lt: 3, field: 'x' } },
      ['not_portable', 'impossible_condition'],
    ],
    ['an average between', { type: 'value_avg', rules: ['a'], condition: { gt: 5, lt: 6, field: 'x' } }, ['not_portable']],
    ['two of one rule', { type: 'temporal', rules: ['a'], condition: { eq: 2 } }, ['impossible_condition']],
    ['an alias that is not grouped by', { type: 'temporal', rules: ['a', 'b'], aliases: { x: { a: 'pod.name' } } }, ['unused_alias']],
    ['a range', { type: 'event_count', rules: ['a'], condition: { gte: 3, lte: 9 } }, ['not_portable']],
    ['an empty list of rules beside a text', { type: 'temporal', rules: [], condition: 'a and b' }, []],
  ])('%s: taken, as Sigma takes it, with a warning where it may be a slip', (_name, correlation, expected) => {
    const { linked, problems } = link([document('T', correlation)])
    expect(linked).toHaveLength(1)
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual(expected.map((code) => ['warning', code]))
  })

  test('a text says at which column it is wrong', () => {
    expect(link([document('T', { type: 'temporal', rules: ['a', 'b'], condition: 'a and (b' })]).problems).toMatchObject([{ column: 9 }])
  })

  test.each([
    ['a and not b', 'when_closed'],
    ['a or b', 'at_once'],
    ['not (not a or not b)', 'at_once'],
  ])('%s is decided %s', (condition, decision) => {
    expect(link([document('T', { type: 'temporal', rules: ['a', 'b'], condition })]).linked).toMatchObject([{ decision }])
  })

  test.each([
    [{ gte: 2 }, 'at_once'],
    [{ gt: 1, gte: 2 }, 'at_once'],
    [{ gte: 2, lte: 5 }, 'when_closed'],
    [{ eq: 2 }, 'when_closed'],
    [{ neq: 2 }, 'when_closed'],
    [{ lt: 3 }, 'when_closed'],
  ])('a count with %j is decided %s', (condition, decision) => {
    expect(link([document('T', { type: 'event_count', rules: ['a'], condition })]).linked).toMatchObject([{ decision }])
  })
})

test('without group-by there is one group, and a warning', () => {
  const { linked, problems } = link([
    { title: 'T', correlation: { type: 'event_count', rules: ['a'], timespan: '1m', condition: { gte: 2 } } },
  ])
  expect(problems).toMatchObject([{ severity: 'warning', code: 'one_group' }])
  expect(linked).toHaveLength(1)
})

test('an alias stands for each rule’s own field, and for itself where a rule has none; one for a rule that is not there is an error', () => {
  const aliased = (aliases: object) =>
    document('T', { type: 'temporal', rules: ['a', 'b', 'c'], 'group-by': ['who', 'cluster.name'], aliases })
  const { linked } = link([aliased({ who: { a: 'pod.name', b: 'identity.pod' } })])
  expect([...(linked[0]?.groupFields ?? [])]).toEqual([
    ['a', ['pod.name', 'cluster.name']],
    ['b', ['identity.pod', 'cluster.name']],
    ['c', ['who', 'cluster.name']],
  ])
  expect(codes([aliased({ who: { d: 'pod.name' } })])).toEqual(['0 correlation.aliases.who.d unknown_reference'])
})

test('those that group alike share a stream, and those with other aliases do not', () => {
  const count = (title: string, more: object) => document(title, { type: 'event_count', rules: ['a'], condition: { gte: 2 }, ...more })
  const { linked } = link([
    count('One', {}),
    count('Two', { timespan: '1h' }),
    count('Three', { 'group-by': ['node.name'] }),
    count('Four', { 'group-by': ['x'], aliases: { x: { a: 'pod.name' } } }),
  ])
  expect(linked[0]?.streamKey).toBe(linked[1]?.streamKey)
  expect(new Set(linked.map(({ streamKey }) => streamKey)).size).toBe(3)
})

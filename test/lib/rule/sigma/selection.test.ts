import { expect, test } from 'vitest'
import { detection } from '../../../support/detection.ts'
import { compiled, refusal, selecting } from './matching.ts'

const raw = String.raw
const shell = detection({
  message: 'A shell was spawned by nginx',
  node: 'node-1',
  fields: {
    'proc.cmdline': raw`bash -c "cat C:\temp\*"`,
    'proc.pid': 4242,
    'proc.tty': null,
    'proc.args': '',
    'proc.privileged': true,
    'proc.flag': 'FALSE',
    'fd.sip': '10.1.2.3',
    names: ['alpha', 'Beta', null],
    numbers: [1, 2],
    none: [],
  },
})

test.each([
  { selection: { rule: 'Terminal shell in container' }, holds: true },
  { selection: { rule: 'terminal SHELL in container' }, holds: true },
  { selection: { rule: 'Terminal shell' }, holds: false },
  { selection: { rule: 'Terminal*' }, holds: true },
  { selection: { rule: ['x', '*container'] }, holds: true },
  { selection: { rule: 'Terminal*', namespace: 'shop' }, holds: true },
  { selection: { rule: 'Terminal*', namespace: 'other' }, holds: false },
  { selection: [{ rule: 'x' }, { namespace: 'shop' }], holds: true },
  { selection: [{ rule: 'x' }, { namespace: 'other' }], holds: false },
  { selection: [[{ rule: 'x' }], [{ namespace: 'shop' }]], holds: true },
  { selection: { 'proc.cmdline': raw`bash -c "cat C:\temp\\\*"` }, holds: true },
  { selection: { 'proc.cmdline|endswith': raw`\\*"` }, holds: true },
  { selection: { 'proc.cmdline|endswith': raw`\x"` }, holds: false },
  { selection: { names: 'beta' }, holds: true },
  { selection: { names: 'gamma' }, holds: false },
  { selection: { 'names|all': ['alpha', 'beta'] }, holds: true },
  { selection: { 'names|all': ['alpha', 'gamma'] }, holds: false },
  { selection: { numbers: 2 }, holds: true },
  { selection: { numbers: '2' }, holds: true },
  { selection: { tags: 't1059' }, holds: true },
  { selection: { 'proc.privileged': true }, holds: true },
  { selection: { 'proc.privileged': false }, holds: false },
  { selection: { 'proc.privileged': 'true' }, holds: true },
  { selection: { 'proc.flag': false }, holds: true },
  { selection: { 'proc.pid': true }, holds: false },
])('a selection $selection → $holds', ({ selection, holds }) => {
  expect(selecting(selection)(shell)).toBe(holds)
})

test.each([
  { selection: { 'proc.tty': null }, holds: true },
  { selection: { 'no.such': null }, holds: true },
  { selection: { none: null }, holds: true },
  { selection: { names: null }, holds: true },
  { selection: { numbers: null }, holds: false },
  { selection: { 'proc.args': null }, holds: false },
  { selection: { 'proc.args': '' }, holds: true },
  { selection: { 'no.such': '' }, holds: false },
  { selection: { 'proc.tty': '' }, holds: false },
  { selection: { 'proc.args': '*' }, holds: true },
  { selection: { 'no.such': '*' }, holds: false },
  { selection: { 'proc.tty': '*' }, holds: false },
  { selection: { 'proc.pid': [null, 4242] }, holds: true },
  { selection: { 'proc.tty|exists': true }, holds: true },
  { selection: { 'proc.args|exists': true }, holds: true },
  { selection: { 'no.such|exists': true }, holds: false },
  { selection: { 'no.such|exists': false }, holds: true },
  { selection: { 'constructor|exists': true }, holds: false },
  { selection: { '__proto__|exists': true }, holds: false },
])('absence and emptiness: $selection → $holds', ({ selection, holds }) => {
  expect(selecting(selection)(shell)).toBe(holds)
})

test.each([
  { keywords: ['SPAWNED BY'], holds: true },
  { keywords: ['nowhere', 'nginx'], holds: true },
  { keywords: ['nowhere'], holds: false },
  { keywords: 'nginx', holds: true },
  { keywords: ['shell*nginx'], holds: true },
  { keywords: ['terminal shell'], holds: true },
  { keywords: ['bash -c'], holds: true },
  { keywords: ['8114e6'], holds: true },
  { keywords: ['T1059'], holds: true },
  { keywords: ['beta'], holds: true },
  { keywords: [4242], holds: true },
  { keywords: { '|all': ['nginx', 'alpha'] }, holds: true },
  { keywords: { '|all': ['nginx', 'nowhere'] }, holds: false },
  { keywords: { '|cased': ['NGINX'] }, holds: false },
  { keywords: { '|re': ['sp.wn.d'] }, holds: true },
  { keywords: { '|endswith': ['by nginx'] }, holds: true },
  { keywords: { '|endswith': ['shell was'] }, holds: false },
  { keywords: ['nowhere', { rule: 'Terminal*' }], holds: true },
  { keywords: ['proc.cmdline'], holds: false },
])('keywords $keywords → $holds', ({ keywords, holds }) => {
  expect(selecting(keywords)(shell)).toBe(holds)
})

test.each([
  { selection: {}, path: [], message: 'expected a field in the map' },
  { selection: [], path: [], message: 'expected a map or a keyword in the list' },
  { selection: { rule: [] }, path: ['rule'], message: expect.stringContaining('an empty list matches nothing') },
  { selection: { rule: { a: 'b' } }, path: ['rule'], message: 'expected a text, a number, true, false or null' },
  { selection: { rule: ['x', ['y']] }, path: ['rule', 1], message: 'expected a text, a number, true, false or null' },
  { selection: { rule: new Date(0) }, path: ['rule'], message: 'expected a text, a number, true, false or null' },
  { selection: { rule: Number.POSITIVE_INFINITY }, path: ['rule'], message: 'expected a text, a number, true, false or null' },
  { selection: { n: 2 ** 53 }, path: ['n'], message: 'an integer beyond 2^53 is not exact here: write it in quotes' },
  { selection: null, path: [], message: 'expected a text or a number: anything else needs a field' },
  { selection: [true], path: [0], message: 'expected a text or a number: anything else needs a field' },
  { selection: [''], path: [0], message: 'expected a keyword: this would match everything' },
  { selection: ['*'], path: [0], message: 'expected a keyword: this would match everything' },
  { selection: { '|contains': '' }, path: ['|contains'], message: 'expected a keyword: this would match everything' },
  { selection: { '|gt': 5 }, path: ['|gt'], message: 'expected a text or a number: anything else needs a field' },
])('$selection is refused', ({ selection, path, message }) => {
  expect(refusal({ selection, condition: 'selection' })).toEqual({ message, path: ['detection', 'selection', ...path], column: undefined })
})

test('lists within each other are read to a depth, also where a list is within itself', () => {
  const itself: unknown[] = [{ rule: 'x' }]
  itself.push(itself)
  expect(refusal({ selection: itself, condition: 'selection' }).message).toBe('expected at most 20 lists within each other')
})

test('of several conditions one is enough, and each must be one', () => {
  const searches = { a: { rule: 'Terminal*' }, b: { rule: 'x' } }
  expect(compiled({ ...searches, condition: ['b', 'a'] })(shell)).toBe(true)
  expect(compiled({ ...searches, condition: ['b', 'a and b'] })(shell)).toBe(false)
  expect(refusal({ ...searches, condition: ['a', 'a or c'] })).toMatchObject({ path: ['detection', 'condition', 1], column: 6 })
  expect(refusal({ ...searches, condition: [] })).toMatchObject({ path: ['detection', 'condition'] })
})

test('a search identifier that no condition names must be right too', () => {
  expect(refusal({ a: { rule: 'x' }, b: { 'rule|nosuch': 'x' }, condition: 'a' })).toMatchObject({ message: 'unknown modifier: nosuch' })
  expect(refusal({ condition: 'a' })).toMatchObject({ path: ['detection'] })
})

test('a timeframe is no search identifier', () => {
  expect(compiled({ a: { rule: 'Terminal*' }, timeframe: '5m', condition: 'all of them' })(shell)).toBe(true)
  expect(refusal({ a: { rule: 'x' }, timeframe: '5m', condition: 'timeframe' }).message).toBe('no search identifier is named timeframe')
})

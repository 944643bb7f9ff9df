import fc from 'fast-check'
import { RE2JS, RE2JSException } from 're2js'
import { expect, test } from 'vitest'
import { compileSearch } from '../../../../lib/rule/sigma/regex.ts'
import type { RegexFlag } from '../../../../lib/rule/sigma/value.ts'

const raw = String.raw

function search(pattern: string, value: string, flags: readonly RegexFlag[] = [], where: 'anywhere' | 'start' | 'end' = 'anywhere') {
  const compiled = compileSearch(pattern, { flags: new Set(flags), where })
  return 'invalid' in compiled ? compiled.invalid : compiled.found(value)
}

test.each([
  { pattern: 'b+', value: 'abc', holds: true },
  { pattern: '^b', value: 'abc', holds: false },
  { pattern: '^a', value: 'x\na', holds: false },
  { pattern: '^a', value: 'x\na', flags: ['m'], holds: true },
  { pattern: 'c$', value: 'c\nx', holds: false },
  { pattern: 'c$', value: 'c\n', holds: false },
  { pattern: 'c$', value: 'c\nx', flags: ['m'], holds: true },
  { pattern: 'a.c', value: 'a\nc', holds: false },
  { pattern: 'a.c', value: 'a\nc', flags: ['s'], holds: true },
  { pattern: 'a.c', value: 'a\nc', flags: ['m'], holds: false },
  { pattern: 'a.c', value: 'a\nc', flags: ['m', 's'], holds: true },
  { pattern: 'ABC', value: 'abc', holds: false },
  { pattern: 'ABC', value: 'abc', flags: ['i'], holds: true },
  { pattern: '(?i)[A-C]+x', value: 'abcX', holds: true },
  { pattern: '(?is)a.C', value: 'A\nc', holds: true },
  { pattern: '[^A-C]', value: 'abc', flags: ['i'], holds: false },
  { pattern: 'É', value: 'é', flags: ['i'], holds: true },
  { pattern: raw`\d{3}-\w+\s\S`, value: '123-ab_1 x', holds: true },
  { pattern: raw`\D`, value: '123', holds: false },
  { pattern: raw`[\d.]+$`, value: '10.0.0.1', holds: true },
  { pattern: raw`a\s+b`, value: 'a\nb', holds: true },
  { pattern: raw`a[^\n]b`, value: 'a\nb', holds: false },
  { pattern: raw`a[^x]b`, value: 'a\nb', holds: true },
  { pattern: raw`a[\x00-\x1f]b`, value: 'a\nb', holds: true },
  { pattern: raw`a[^\x00-\x1f]b`, value: 'a\nb', holds: false },
  { pattern: raw`a[[:space:]]b`, value: 'a\nb', holds: true },
  { pattern: raw`a\x0ab`, value: 'a\nb', holds: true },
  { pattern: '[]x]', value: ']', holds: true },
  { pattern: raw`[\w-]+@`, value: 'a-b@', holds: true },
  { pattern: '(?:a|b)c', value: 'bc', holds: true },
  { pattern: '(?P<n>a)(?<m>b)', value: 'ab', holds: true },
  { pattern: 'a.*?b', value: 'axxb', holds: true },
  { pattern: 'a{2,}b', value: 'aab', holds: true },
  { pattern: 'a{x}', value: 'a{x}', holds: true },
  { pattern: raw`\$env:\\`, value: raw`$env:\ `, holds: true },
  { pattern: raw`\Aa|b\z`, value: 'xb', holds: true },
  { pattern: '', value: '', holds: true },
  { pattern: 'a|b', value: 'xb', where: 'start', holds: false },
  { pattern: 'a|b', value: 'bx', where: 'start', holds: true },
  { pattern: 'a|b', value: 'bx', where: 'end', holds: false },
  { pattern: 'a|b', value: 'xb', where: 'end', holds: true },
  { pattern: 'b', value: 'x\nb', where: 'start', flags: ['m'], holds: false },
] as const)('$pattern on $value ($flags, $where) → $holds', ({ pattern, value, holds, ...options }) => {
  expect(search(pattern, value, 'flags' in options ? options.flags : [], 'where' in options ? options.where : 'anywhere')).toBe(holds)
})

test.each([
  { pattern: '(', message: 'missing )' },
  { pattern: 'a)|(b', message: "unexpected ')'" },
  { pattern: '[a', message: 'missing ]' },
  { pattern: '*a', message: 'no argument for repetition operator: *' },
  { pattern: 'a**', message: 'nothing to repeat before *' },
  { pattern: 'a{1001}', message: 'invalid repetition size: {1001}' },
  { pattern: '[b-a]', message: 'a range from b to a is empty' },
  { pattern: 'a(?=b)', message: expect.stringContaining('there is no look-around') },
  { pattern: 'a(?i)b', message: expect.stringContaining('flags at the very beginning') },
  { pattern: raw`(a)\1`, message: raw`\1 is not supported` },
  { pattern: raw`\bcat`, message: raw`\b is not supported` },
  { pattern: raw`\p{Lu}`, message: raw`\p is not supported` },
  { pattern: raw`[\D]`, message: raw`\D is not supported within brackets` },
  { pattern: 'a\\', message: raw`\ is not supported` },
  { pattern: 'x'.repeat(300), message: expect.stringContaining('over 255 bytes') },
])('$pattern is refused', ({ pattern, message }) => {
  expect(search(pattern, '')).toEqual(message)
})

test('finds what RE2 finds in its own syntax', () => {
  const atom = fc.constantFrom(
    'a',
    'B',
    'é',
    '.',
    '^',
    '$',
    raw`\n`,
    raw`\d`,
    raw`\S`,
    raw`\W`,
    '[a-c]',
    '[^a]',
    '[A-C1]',
    raw`[^\s]`,
    raw`[\x00-\x20]`,
    '(?:a|^b)',
    '(c|$)',
  )
  const piece = fc.tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}')).map(([one, times]) => one + times)
  const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
  const value = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', 'c', 'é', 'É', '1', ' ', '\n', '\u0001'), maxLength: 8 })
  const flags = fc.subarray<RegexFlag>(['i', 'm', 's'])
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL }
  fc.assert(
    fc.property(
      fc.tuple(pattern, pattern).map((both) => both.join('|')),
      value,
      flags,
      (regex, text, chosen) => {
        let expected: boolean | string
        try {
          expected = RE2JS.compile(
            regex,
            chosen.reduce((all, flag) => all | bits[flag], 0),
          ).test(text)
        } catch (error) {
          if (!(error instanceof RE2JSException)) throw error
          expected = 'refused'
        }
        if (expected !== 'refused') expect(search(regex, text, chosen)).toBe(expected)
      },
    ),
    { numRuns: 5000 },
  )
})

test('a nested repetition takes no time on a hostile value', () => {
  const started = performance.now()
  expect(search('(a+)+b', 'a'.repeat(50_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(5000)
})

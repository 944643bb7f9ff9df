import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

const text = (value: string) => ({ 't.string': value })

test.each([
  { check: '= web', value: 'web', holds: true },
  { check: '== web', value: 'web', holds: true },
  { check: '= web', value: 'Web', holds: false },
  { check: '= 012', value: '12', holds: false },
  { check: '= <NA>', value: '<NA>', holds: true },
  { check: '!= web', value: 'api', holds: true },
  { check: '!= web', value: 'web', holds: false },
  { check: '< 5', value: '12', holds: true },
  { check: '< 5', value: '5', holds: false },
  { check: '<= 5', value: '5', holds: true },
  { check: '> 400', value: '403', holds: true },
  { check: '>= 400', value: '1000', holds: false },
  { check: '>= 400', value: '400', holds: true },
  { check: '> 5', value: '😀', holds: true },
  { check: 'contains b', value: 'abc', holds: true },
  { check: 'contains B', value: 'abc', holds: false },
  { check: 'contains ""', value: '', holds: true },
  { check: 'icontains EB', value: 'wEb', holds: true },
  { check: 'icontains k', value: '\u212a', holds: false },
  { check: 'icontains "É"', value: 'é', holds: false },
  { check: 'startswith we', value: 'web', holds: true },
  { check: 'startswith eb', value: 'web', holds: false },
  { check: 'startswith ""', value: '', holds: true },
  { check: 'endswith eb', value: 'web', holds: true },
  { check: 'endswith we', value: 'web', holds: false },
  { check: 'endswith ""', value: '', holds: true },
  { check: 'glob w?b*', value: 'web-1', holds: true },
  { check: 'glob W*', value: 'web', holds: false },
  { check: 'iglob W*', value: 'web', holds: true },
  { check: 'regex "w.b(-[0-9]+)?"', value: 'web-12', holds: true },
  { check: 'regex web', value: 'web-1', holds: false },
  { check: 'in (api, web)', value: 'web', holds: true },
  { check: 'in (api, db)', value: 'web', holds: false },
  { check: 'in web', value: 'web', holds: true },
  { check: 'in ()', value: '', holds: false },
  { check: 'in ("")', value: '', holds: true },
  { check: 'intersects (api, web)', value: 'web', holds: true },
  { check: 'intersects ()', value: 'web', holds: false },
  { check: 'pmatch (/etc, /var/run)', value: '/var/run/x', holds: true },
  { check: 'pmatch (/etc)', value: '/etcetera', holds: false },
  { check: 'pmatch ()', value: '/etc', holds: false },
  { check: 'exists', value: '', holds: true },
])('a string $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(`t.string ${check}`, text(value))).toBe(holds)
})

test.each([
  { name: 'bytes of a character', check: String.raw`= "\xc3\xa9"`, value: 'é', holds: true },
  { name: 'its first byte', check: String.raw`startswith "\xc3"`, value: 'é', holds: true },
  { name: 'its last byte', check: String.raw`endswith "\xa9"`, value: 'é', holds: true },
  { name: 'a byte inside', check: String.raw`contains "\x98\x80"`, value: 'a😀b', holds: true },
  { name: 'a byte that is not there', check: String.raw`contains "\xff"`, value: 'é', holds: false },
])('a constant with byte escapes compares $name', ({ check, value, holds }) => {
  expect(matches(`t.string ${check}`, text(value))).toBe(holds)
})

test.each(['bcontains 61', 'bstartswith 61'])('a string does not take %s', (check) => {
  expect(failureOf(() => compile(`t.string ${check}`)).message).toMatch(/operator not supported for string filters/)
})

test('a constant is at most 255 bytes', () => {
  for (const operator of ['=', 'contains', 'glob', 'regex', 'in']) {
    const condition = (value: string) => `pod.name exists and t.string ${operator} ${operator === 'in' ? `(a, ${value})` : value}`
    expect(() => compile(condition('x'.repeat(255)))).not.toThrow()
    expect(failureOf(() => compile(condition('x'.repeat(256)))).message).toContain('filter parameter too long')
    expect(failureOf(() => compile(condition('é'.repeat(128)))).message).toContain('filter parameter too long')
  }
  expect(failureOf(() => compile(`t.string pmatch (/a, ${'x'.repeat(256)})`)).column).toBe(22)
})

test('a constant cannot hold a NUL', () => {
  expect(failureOf(() => compile(String.raw`t.string in (a, "b\x00c")`))).toMatchObject({
    column: 17,
    problem: expect.stringContaining('NUL'),
  })
})

test('a value may be as long as it likes', () => {
  const long = 'x'.repeat(100_000)
  expect(matches('t.string contains xx and t.string endswith x and len(t.string) = 100000', text(long))).toBe(true)
})

test('what is found in texts is what is found in their bytes', () => {
  const unit = fc.constantFrom('a', 'b', 'é', '中', '😀', '\uffff')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 6 }), fc.string({ unit, maxLength: 2 }), (value, part) => {
      const [whole, piece] = [Buffer.from(value), Buffer.from(part)]
      const expected = {
        '=': whole.equals(piece),
        contains: whole.includes(piece),
        startswith: whole.subarray(0, piece.length).equals(piece),
        endswith: piece.length <= whole.length && whole.subarray(whole.length - piece.length).equals(piece),
      }
      for (const [operator, holds] of Object.entries(expected)) expect(matches(`t.string ${operator} "${part}"`, text(value))).toBe(holds)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

test.each([
  { check: '= 5', value: 5, holds: true },
  { check: '= +5', value: 5, holds: true },
  { check: '= 005', value: 5, holds: true },
  { check: '== 5', value: 5n, holds: true },
  { check: '= 5', value: 6, holds: false },
  { check: '!= 5', value: 6, holds: true },
  { check: '!= 5', value: 5n, holds: false },
  { check: '< 5', value: 4, holds: true },
  { check: '< 5', value: 12, holds: false },
  { check: '<= 5', value: 5n, holds: true },
  { check: '> -5', value: -4, holds: true },
  { check: '>= 1000', value: 400, holds: false },
  { check: 'in (4, 5)', value: 5n, holds: true },
  { check: 'in (4, 5)', value: 6, holds: false },
  { check: 'intersects (4, 5)', value: 4, holds: true },
  { check: 'in ()', value: 4, holds: false },
  { check: '= anyof (4, 5)', value: 5, holds: true },
  { check: '!= allof (4, 5)', value: 5, holds: false },
  { check: 'exists', value: 0, holds: true },
])('a number $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(`t.int64 ${check}`, { 't.int64': value })).toBe(holds)
})

test.each([
  { name: 'beyond 2^53', check: 't.int64 = 1795496705119565183', value: 1795496705119565183n, holds: true },
  { name: 'beyond 2^53, one less', check: 't.int64 = 1795496705119565183', value: 1795496705119565182n, holds: false },
  { name: 'beyond 2^53, in a list', check: 't.int64 in (1795496705119565183)', value: 1795496705119565182n, holds: false },
  { name: 'beyond 2^53, ordered', check: 't.int64 < 1795496705119565183', value: 1795496705119565182n, holds: true },
  { name: 'a negative constant of an unsigned field wraps', check: 't.uint64 >= -1', value: 5, holds: false },
  { name: 'and so it equals the greatest', check: 't.uint32 = -1', value: 4294967295, holds: true },
  { name: 'too big a constant saturates', check: 't.int8 <= 100000', value: 127, holds: true },
  { name: 'too small as well', check: 't.int8 >= -100000', value: -128, holds: true },
  { name: 'saturated it equals the greatest', check: 't.uint64 = 99999999999999999999', value: 18446744073709551615n, holds: true },
  { name: 'a double takes a fraction', check: 't.double < 2.5', value: 2.25, holds: true },
  { name: 'a double equals an integer', check: 't.double = 2', value: 2, holds: true },
])('$name: $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(check, { [check.split(' ')[0] ?? '']: value })).toBe(holds)
})

test.each([
  { constant: '0x1F', hint: 'decimal' },
  { constant: '1.5', hint: 'decimal' },
  { constant: '1e+3', hint: 'decimal' },
  { constant: 'abc', hint: 'not a valid number' },
  { constant: '""', hint: 'not a valid number' },
])('the constant $constant of a number is an error', ({ constant, hint }) => {
  const error = failureOf(() => compile(`t.int64 = ${constant}`))
  expect(error).toMatchObject({ column: 11 })
  expect(error.message).toContain(hint)
})

test.each(['contains 1', 'startswith 1', 'endswith 1', 'icontains 1', 'glob 1', 'regex 1', 'pmatch (1)', 'bcontains 31'])(
  'a number does not take %s',
  (check) => {
    expect(failureOf(() => compile(`t.uint32 ${check}`)).message).toMatch(/operator not supported for numeric filters/)
  },
)

test('a port is a number or the name of a service', () => {
  expect(matches('t.port in (ssh, 8080)', { 't.port': 22 })).toBe(true)
  expect(matches('t.port != https and t.port > 80', { 't.port': 443 })).toBe(false)
  expect(failureOf(() => compile('t.port = nosuch')).message).toContain('not a known service')
})

test('numbers and bigints compare by value', () => {
  const number = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
    fc.bigInt({ min: -3n, max: 3n }),
  )
  fc.assert(
    fc.property(number, number, (value, constant) => {
      const forms = BigInt(Number(value)) === value ? [value, Number(value)] : [value]
      for (const form of forms) {
        const event = { 't.int64': form }
        expect(matches(`t.int64 = ${constant}`, event)).toBe(value === constant)
        expect(matches(`t.int64 != ${constant}`, event)).toBe(value !== constant)
        expect(matches(`t.int64 < ${constant}`, event)).toBe(value < constant)
        expect(matches(`t.int64 >= ${constant}`, event)).toBe(value >= constant)
        expect(matches(`t.int64 in (${constant})`, event)).toBe(value === constant)
      }
    }),
  )
})

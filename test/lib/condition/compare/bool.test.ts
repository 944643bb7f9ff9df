import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

test.each([
  { check: '= true', value: true, holds: true },
  { check: '== false', value: true, holds: false },
  { check: '!= true', value: false, holds: true },
  { check: '!= true', value: undefined, holds: false },
  { check: 'in (true, false)', value: false, holds: true },
  { check: 'intersects (true)', value: false, holds: false },
  { check: '= anyof (true)', value: true, holds: true },
  { check: 'exists', value: false, holds: true },
])('a boolean $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(`t.bool ${check}`, { 't.bool': value })).toBe(holds)
})

test.each(['True', '1', 'yes'])('the constant %s is no boolean', (constant) => {
  expect(failureOf(() => compile(`t.bool = ${constant}`)).message).toContain('write true or false')
})

test.each(['< 1', 'contains t', 'regex true', 'pmatch (t)'])('a boolean does not take %s', (check) => {
  expect(failureOf(() => compile(`t.bool ${check}`)).message).toMatch(/operator not supported for boolean filters/)
})

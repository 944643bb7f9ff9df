import { expect, test } from 'vitest'
import { compiled, load, rule } from './loading.ts'

const macro = (name: string, condition: string, extra = '') => `- macro: ${name}\n  condition: ${condition}\n${extra}`
const A = 'proc.name = a'

test.each([
  [
    'stays together',
    macro('m', `${A} or proc.name = b`) + rule({ condition: 'not m and m' }),
    '(not (proc.name = a or proc.name = b) and (proc.name = a or proc.name = b))',
  ],
  ['is seen by a rule before it', rule({ condition: 'm' }) + macro('m', A), A],
  ['sees an earlier one', macro('m', A) + macro('n', 'm') + rule({ condition: 'n' }), A],
  ['is redefined where it was', macro('m', 'evt.num = 1') + macro('n', 'm') + macro('m', A) + rule({ condition: 'n' }), A],
  [
    'sees more after an append',
    macro('n', A) + macro('m', A) + macro('n', 'and m', '  append: true\n') + rule({ condition: 'n' }),
    `(${A} and ${A})`,
  ],
])('a macro %s', (_name, text, expected) => {
  expect(compiled(text)).toBe(expected)
})

test.each([
  [
    'an unknown macro',
    rule({ condition: `${A} and shel` }) + macro('shell', A),
    /^2:32 LOAD_ERR_VALIDATE Undefined macro 'shel' used in filter\.; did you mean/,
  ],
  ['a macro in one before it', macro('n', 'm') + macro('m', A), /^2:14 LOAD_ERR_VALIDATE Undefined macro 'm'.*defined before it/],
  ['a macro in itself', macro('m', 'm'), /LOAD_ERR_VALIDATE Undefined macro 'm'/],
  ['a loop', macro('m', A) + macro('n', 'm') + macro('m', 'and n', '  append: true\n'), /LOAD_ERR_VALIDATE reference loop in macro/],
  ['a list as a macro', `- {list: l, items: [x]}\n${rule({ condition: 'l or l' })}`, /LOAD_ERR_/],
  ['a macro that does not parse', macro('m', 'proc.name ='), /^2:\d+ LOAD_ERR_COMPILE_CONDITION/],
  [
    'an unknown field in a macro',
    macro('m', 'proc.nme = a') + rule({ condition: 'm' }),
    /^2:14 LOAD_ERR_COMPILE_CONDITION .*nonexistent field proc\.nme; did you mean proc\.name/,
  ],
])('%s is an error where it stands', (_name, text, expected) => {
  expect(load(text).lines.find((line) => line.includes('LOAD_ERR'))).toMatch(expected)
})

test('the fields of a macro are not looked at before a rule uses it', () => {
  expect(load(macro('m', 'no.field = a')).lines).toEqual([expect.stringMatching(/^1:10 LOAD_UNUSED_MACRO/)])
})

test('what depends on a broken macro, list or rule is not reported again', () => {
  const text = `${macro('m', 'proc.name =')}- list: l\n${rule({ condition: 'm' })}${rule({ rule: 'S', condition: 'evt.num in (l)' })}${rule({ rule: 'T', output: undefined })}- {rule: T, enabled: false}\n`
  expect(load(text).errors).toEqual(['LOAD_ERR_YAML_VALIDATE', 'LOAD_ERR_YAML_VALIDATE', 'LOAD_ERR_COMPILE_CONDITION'])
})

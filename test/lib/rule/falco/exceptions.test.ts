import { expect, test } from 'vitest'
import { compiled, load, only, rule } from './loading.ts'

const with_ = (...exceptions: string[]) =>
  rule({ exceptions: `\n${exceptions.map((exception) => `    - {name: ${exception}}`).join('\n')}` })
const append = (exception: string) => `- {rule: R, exceptions: [{name: ${exception}}], override: {exceptions: append}}\n`

test.each([
  [
    'rows of values',
    'e, fields: [proc.name, fd.name], values: [[a, b], [c, d]]',
    'not ((proc.name = a and fd.name = b) or (proc.name = c and fd.name = d))',
  ],
  [
    'comparisons',
    'e, fields: [proc.name, fd.name], comps: [startswith, in], values: [[a, [b, c d]]]',
    'not (proc.name startswith a and fd.name in (b, "c d"))',
  ],
  [
    'a scalar for a list',
    'e, fields: [proc.name], comps: [in], values: [[a], [(b)], [c d]]',
    'not (proc.name in (a) or proc.name in (b) or proc.name in ("c d"))',
  ],
  ['one field', 'e, fields: proc.name, values: [a, b c, "\'d e\'"]', 'not proc.name in (a, "b c", "d e")'],
  ['one field with pmatch', 'e, fields: fd.name, comps: pmatch, values: [/a]', 'not fd.name pmatch (/a)'],
  ['one field with a modifier', 'e, fields: fd.name, comps: " contains  anyof ", values: [a]', 'not fd.name contains anyof (a)'],
  ['a transformer call', 'e, fields: [tolower(proc.name)], values: [[a]]', 'not tolower(proc.name) = a'],
  ['an argument', 'e, fields: "proc.aname[1]", values: [a]', 'not proc.aname[1] in (a)'],
])('an exception with %s', (_name, exception, expected) => {
  expect(compiled(with_(exception))).toBe(`(proc.name = a and ${expected})`)
})

test('the condition keeps its own order, each exception is one of its own, and one without values has no effect', () => {
  const text = rule({
    condition: 'proc.name = a or proc.name = b',
    exceptions: '[{name: e, fields: fd.name, values: [x]}, {name: f, fields: fd.name}, {name: g, fields: fd.name, values: [y]}]',
  })
  expect(compiled(text)).toBe('((proc.name = a or proc.name = b) and not fd.name in (x) and not fd.name in (y))')
  expect(only(text).exceptions).toEqual([
    { name: 'e', fields: ['fd.name'], comps: ['in'], valueCount: 1 },
    { name: 'f', fields: ['fd.name'], comps: ['in'], valueCount: 0 },
    { name: 'g', fields: ['fd.name'], comps: ['in'], valueCount: 1 },
  ])
})

test('lists are put into values', () => {
  expect(compiled(`- {list: l, items: [x, y]}\n${with_('e, fields: proc.name, values: [l, z]')}`)).toBe(
    '(proc.name = a and not proc.name in (x, y, z))',
  )
})

test('appending adds values to a known exception, and a new one whole', () => {
  const text = with_('e, fields: proc.name, values: [x]') + append('e, values: [y]') + append('f, fields: [fd.name], values: [[z]]')
  expect(compiled(text)).toBe('(proc.name = a and not proc.name in (x, y) and not fd.name = z)')
})

const VALIDATE = 'LOAD_ERR_VALIDATE'
test.each([
  ['comps of another length', with_('e, fields: [proc.name], comps: [in, =]'), VALIDATE, 'equal length'],
  ['one comp for a list of fields', with_('e, fields: [proc.name], comps: in'), VALIDATE, 'equal length'],
  ['a list of comps for one field', with_('e, fields: proc.name, comps: [in]'), VALIDATE, 'both be strings'],
  ['a comparison for one field that takes no list', with_('e, fields: proc.name, comps: ='), VALIDATE, 'comps must be one of'],
  ['an unknown comparison', with_('e, fields: [proc.name], comps: [contain]'), VALIDATE, "did you mean 'contains'?"],
  ['an unknown field', with_('e, fields: proc.nme'), VALIDATE, "'proc.nme' is not a supported filter field"],
  [
    'an unknown field, with skip-if-unknown-filter',
    `${with_('e, fields: proc.nme')}  skip-if-unknown-filter: true\n`,
    VALIDATE,
    'proc.nme',
  ],
  ['a condition for a field', with_('e, fields: proc.name exists or proc.name'), VALIDATE, 'not a supported'],
  ['fields that are empty', with_('e, fields: []'), VALIDATE, 'must have fields'],
  ['a row of another length', with_('e, fields: [proc.name], values: [[a, b]]'), VALIDATE, '2 values for 1 fields'],
  ['a row that is no list', with_('e, fields: [proc.name], values: [a]'), VALIDATE, 'equal length'],
  ['a list where one value is due', with_('e, fields: proc.name, values: [[a]]'), VALIDATE, 'list of strings'],
  ['a list for =', with_('e, fields: [proc.name], values: [[[a]]]'), 'LOAD_ERR_COMPILE_CONDITION', ''],
  ['a value that breaks out', with_('e, fields: proc.name, values: ["a(b"]'), 'LOAD_ERR_COMPILE_CONDITION', ''],
  ['fields given again', with_('e, fields: proc.name') + append('e, fields: proc.name, values: [a]'), VALIDATE, 'only values'],
  ['comps given again', with_('e, fields: proc.name') + append('e, comps: in, values: [a]'), VALIDATE, 'only values'],
  ['a new one without fields', rule() + append('e, values: [a]'), VALIDATE, 'must have fields'],
  ['a new one without values', rule() + append('e, fields: proc.name'), VALIDATE, 'must have values'],
  [
    'a replacement without comps',
    `${rule()}- {rule: R, exceptions: [{name: e, fields: [proc.name], values: [[a]]}], override: {exceptions: replace}}`,
    VALIDATE,
    'comparison',
  ],
])('an exception with %s is an error', (_name, text, code, message) => {
  const { problems } = load(text)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  ])
})

test('a name given twice and an append without values are warnings', () => {
  expect(load(with_('e, fields: proc.name', 'e, fields: fd.name')).warnings).toEqual(['LOAD_EXCEPTION_NAME_NOT_UNIQUE'])
  expect(load(with_('e, fields: proc.name') + append('e')).warnings).toEqual(['LOAD_APPEND_NO_VALUES'])
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileCondition } from '../../../../lib/condition/compile.ts'
import { FALCO_FIELDS } from '../../../../lib/condition/fields/falco.ts'
import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { parseCondition } from '../../../../lib/condition/parse.ts'
import { failureOf } from '../matching.ts'

const matches = (text: string, event: Record<string, unknown>) => compileCondition(parseCondition(text), jsonFields())(event)

test.each([
  { name: 'a text', check: 'proc.name = cat', event: { 'proc.name': 'cat' }, holds: true },
  { name: 'a number as a number', check: 'proc.pid < 12', event: { 'proc.pid': 5 }, holds: true },
  { name: 'digits as a number', check: 'proc.pid < 12', event: { 'proc.pid': '5' }, holds: true },
  {
    name: 'great digits as a number',
    check: 'evt.rawtime = 1795496705119565183',
    event: { 'evt.rawtime': '1795496705119565183' },
    holds: true,
  },
  {
    name: 'a number as a text, where the field is one',
    check: 'evt.time startswith 17',
    event: { 'evt.time': 1795496705119565183n },
    holds: true,
  },
  { name: 'a boolean as a text', check: 'proc.name = true', event: { 'proc.name': true }, holds: true },
  { name: 'a word as a boolean', check: 'container.privileged = true', event: { 'container.privileged': 'true' }, holds: true },
  { name: 'another word as none', check: 'container.privileged exists', event: { 'container.privileged': 'yes' }, holds: false },
  { name: 'a text as no number', check: 'proc.pid exists', event: { 'proc.pid': 'x' }, holds: false },
  { name: 'null as absent', check: 'proc.name exists', event: { 'proc.name': null }, holds: false },
  { name: 'an object as absent', check: 'proc.name exists', event: { 'proc.name': { a: 1 } }, holds: false },
  { name: 'an array as absent, where the field is no list', check: 'proc.name exists', event: { 'proc.name': ['a'] }, holds: false },
  { name: 'a list', check: 'ka.user.groups in (a, b)', event: { 'ka.user.groups': ['a', 'b'] }, holds: true },
  {
    name: 'a list without what has no type of it',
    check: 'ka.user.groups in (a, 5)',
    event: { 'ka.user.groups': ['a', null, { b: 1 }, 5] },
    holds: true,
  },
  { name: 'an empty list as absent', check: 'ka.user.groups exists', event: { 'ka.user.groups': [] }, holds: false },
  { name: 'a list of nothing as absent', check: 'ka.user.groups exists', event: { 'ka.user.groups': [null] }, holds: false },
  { name: 'a scalar as a list of one', check: 'ka.user.groups in (a)', event: { 'ka.user.groups': 'a' }, holds: true },
  { name: 'an address', check: 'fd.sip = 10.0.0.1 and fd.sport = https', event: { 'fd.sip': '10.0.0.1', 'fd.sport': 443 }, holds: true },
  {
    name: 'an argument as part of the name',
    check: 'proc.aname[2] = sh and proc.aname["3"] exists',
    event: { 'proc.aname[2]': 'sh', 'proc.aname[3]': '' },
    holds: true,
  },
  { name: 'a field of no known name', check: 'process.exec.uid >= 10', event: { 'process.exec.uid': 100 }, holds: true },
])('an event has $name', ({ check, event, holds }) => {
  expect(matches(check, event)).toBe(holds)
})

test('a name that every object has is no field', () => {
  expect(matches('constructor.name exists or toString.call exists', {})).toBe(false)
})

test.each([
  { text: 'proc.name[0] = x', says: 'does not allow nor require an argument' },
  { text: 'evt.arg.flags[0] = x', says: 'does not allow nor require an argument' },
  { text: 'ka.uri.param = x', says: 'requires an argument' },
  { text: 'ka.req.pod.containers.image[01] in (x)', says: 'takes an index' },
  { text: 'ka.req.pod.containers.image[x] in (x)', says: 'takes an index' },
])('$text is refused', ({ text, says }) => {
  const error = failureOf(() => compileCondition(parseCondition(text), jsonFields()))
  expect(error).toMatchObject({ offset: 0 })
  expect(error.message).toContain(says)
})

test.each([
  'ka.req.pod.containers.image[0] in (x)',
  'ka.uri.param[limit] = 5',
  'container.label["a.b/c"] = x',
  'evt.arg[0] = x',
  'evt.arg.flags contains O_RDWR',
])('%s takes its argument', (text) => {
  expect(() => compileCondition(parseCondition(text), jsonFields({ strict: true }))).not.toThrow()
})

test('strict knows the declared names and those of Falco only', () => {
  const compile = (text: string) =>
    compileCondition(parseCondition(text), jsonFields({ types: { 'my.count': { type: 'uint32' } }, strict: true }))
  expect(compile('my.count > 3')({ 'my.count': 12 })).toBe(true)
  expect(failureOf(() => compile('my.cuont > 3')).hint).toBe('did you mean my.count?')
  expect(failureOf(() => compile('my.other exists')).message).toContain('nonexistent field my.other')
})

test('declared types come before those of Falco', () => {
  const fields = jsonFields({ types: { 'proc.name': { type: 'int64' }, 'evt.arg[n]': { type: 'int64' } } })
  expect(
    compileCondition(
      parseCondition('proc.name < 12 and evt.arg[n] < 12 and evt.arg[m] < 12'),
      fields,
    )({ 'proc.name': 5, 'evt.arg[n]': 5, 'evt.arg[m]': '100' }),
  ).toBe(true)
})

test('the table has every field once', () => {
  const table: unknown = JSON.parse(readFileSync(new URL('../../../../lib/condition/fields/falco.json', import.meta.url), 'utf8'))
  expect(JSON.stringify(table).match(/[a-zA-Z_0-9]+(\.[a-zA-Z_0-9]+)+/g)).toHaveLength(FALCO_FIELDS.size)
  expect(FALCO_FIELDS.size).toBe(602)
  expect(FALCO_FIELDS.get('ka.req.pod.containers.image')).toEqual({ type: 'string', list: true, argument: 'allowed', accepts: 'index' })
  expect(FALCO_FIELDS.get('evt.num')).toEqual({ type: 'uint64', list: false, argument: 'none' })
})

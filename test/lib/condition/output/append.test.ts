import { expect, test } from 'vitest'
import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { type AppendOutput, addExtraFields, appendOutput } from '../../../../lib/condition/output/append.ts'
import { compileOutput } from '../../../../lib/condition/output/compile.ts'
import { failureOf } from '../matching.ts'

const RULE = { rule: 'Shell', source: 'syscall', tags: ['pod', 'shell'], output: 'user=%user.name' }
const OPTIONS = jsonFields({ strict: true })

test.each([
  { match: undefined, fits: true },
  { match: {}, fits: true },
  { match: { source: '', rule: '', tags: [] }, fits: true },
  { match: { source: 'syscall' }, fits: true },
  { match: { source: 'k8s_audit' }, fits: false },
  { match: { rule: 'Shell' }, fits: true },
  { match: { rule: 'shell' }, fits: false },
  { match: { tags: ['shell'] }, fits: true },
  { match: { tags: ['shell', 'pod'] }, fits: true },
  { match: { tags: ['shell', 'host'] }, fits: false },
  { match: { source: 'syscall', rule: 'Other', tags: ['shell'] }, fits: false },
])('an entry for $match fits: $fits', ({ match, fits }) => {
  const entry = { ...(match && { match }), extraOutput: 'on %evt.cpu', extraFields: ['evt.num'] }
  expect(appendOutput(RULE, [entry])).toEqual(
    fits ? { output: 'user=%user.name on %evt.cpu', extraFields: ['evt.num'] } : { output: RULE.output, extraFields: [] },
  )
})

test('entries add up in their order', () => {
  const entries: AppendOutput[] = [{ extraOutput: 'a' }, { extraFields: ['evt.num'] }, { extraOutput: 'b', extraFields: ['evt.cpu'] }]
  expect(appendOutput(RULE, entries)).toEqual({ output: 'user=%user.name a b', extraFields: ['evt.num', 'evt.cpu'] })
})

test('extra fields are among the values and not in the text', () => {
  const fields = ['evt.num', 'proc.aname[2]', { where: 'at %evt.cpu of %proc.pid' }, { 'a.first': 'x' }]
  const { format, values } = addExtraFields(compileOutput('by %user.name', OPTIONS), fields, OPTIONS)
  const event = { 'user.name': 'root', 'evt.num': 7, 'evt.cpu': 1 }
  expect(format(event).text).toBe('by root')
  const found = values(event)
  expect(found).toEqual({ 'a.first': 'x', 'evt.num': 7, 'proc.aname[2]': null, 'user.name': 'root', where: 'at 1 of <NA>' })
  expect(Object.keys(found)).toEqual(['a.first', 'evt.num', 'proc.aname[2]', 'user.name', 'where'])
})

test('of two fields with one name the later stands', () => {
  const { values } = addExtraFields(compileOutput('%user.name', OPTIONS), [{ 'user.name': 'a' }, { 'user.name': 'b' }], OPTIONS)
  expect(values({ 'user.name': 'root' })).toEqual({ 'user.name': 'b' })
})

test.each([
  { field: 'evt.nums', problem: 'nonexistent field evt.nums' },
  { field: 'evt.num and more', problem: 'the name of one field' },
  { field: '%evt.num', problem: 'the name of one field' },
  { field: '', problem: 'the name of one field' },
  { field: { name: '%evt.nu' }, problem: 'no field is named' },
])('the extra field $field is refused', ({ field, problem }) => {
  expect(failureOf(() => addExtraFields(compileOutput('x', OPTIONS), [field], OPTIONS)).problem).toContain(problem)
})

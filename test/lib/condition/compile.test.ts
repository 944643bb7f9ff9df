import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Expr } from '../../../lib/condition/ast.ts'
import { compileCondition } from '../../../lib/condition/compile.ts'
import { jsonFields } from '../../../lib/condition/fields/json.ts'
import { expandMacros } from '../../../lib/condition/macro.ts'
import { parseCondition } from '../../../lib/condition/parse.ts'
import { printCondition } from '../../../lib/condition/print.ts'
import { compile, failureOf, matches } from './matching.ts'

const MACROS: Readonly<Record<string, string>> = {
  shell: 'proc.name in (sh, bash)',
  in_pod: 'pod.name exists',
  pod_shell: 'in_pod and\n  shell',
  loop: 'shell or again',
  again: 'not loop',
  itself: 'itself',
  unknown_field: 'shell and\n  proc.nam = x',
  outer: 'shell or unknown_field',
}
const macro = (name: string): Expr | undefined => (name in MACROS ? parseCondition(MACROS[name] ?? '') : undefined)
const withMacros = (text: string) => compileCondition(parseCondition(text), { ...jsonFields({ strict: true }), macro })

test('and, or and not are booleans of their terms', () => {
  const { expr } = fc.letrec<{ expr: { text: string; value: boolean } }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom({ text: 'c.yes = 1', value: true }, { text: 'c.no = 1', value: false }),
      tie('expr').map(({ text, value }) => ({ text: `not (${text})`, value: !value })),
      fc.array(tie('expr'), { minLength: 2, maxLength: 5 }).map((terms) => ({
        text: `(${terms.map(({ text }) => text).join(' and ')})`,
        value: terms.every(({ value }) => value),
      })),
      fc.array(tie('expr'), { minLength: 2, maxLength: 5 }).map((terms) => ({
        text: `(${terms.map(({ text }) => text).join(' or ')})`,
        value: terms.some(({ value }) => value),
      })),
    ),
  }))
  fc.assert(
    fc.property(expr, ({ text, value }) => {
      expect(matches(text, { 'c.yes': '1', 'c.no': '0' })).toBe(value)
    }),
  )
})

test('what comes after a term that decides is not looked at', () => {
  const read: string[] = []
  const field = (name: string) => ({
    type: 'string' as const,
    get: () => {
      read.push(name)
      return 'x'
    },
  })
  const run = (text: string) => compileCondition(parseCondition(text), { field })({})
  expect(run('a.a = x or b.b = x')).toBe(true)
  expect(run('c.c = y and d.d = x and e.e = x and f.f = x')).toBe(false)
  expect(read).toEqual(['a.a', 'c.c'])
})

test('a macro stands for its whole condition', () => {
  const shell = { 'proc.name': 'bash' }
  expect(compileCondition(parseCondition('not pod_shell'), { ...jsonFields(), macro })(shell)).toBe(true)
  expect(compileCondition(parseCondition('pod_shell and shell'), { ...jsonFields(), macro })({ ...shell, 'pod.name': 'web' })).toBe(true)
})

test('a macro is expanded as a subtree', () => {
  expect(printCondition(expandMacros(parseCondition('not pod_shell or f.x = y'), macro))).toBe(
    '(not (pod.name exists and proc.name in (sh, bash)) or f.x = y)',
  )
})

test('each macro is compiled once, however often it is named', () => {
  let parsed = 0
  const doubling = (name: string) => {
    parsed += 1
    const level = Number(name.slice(1))
    return parseCondition(level === 0 ? 'f.x = y' : `m${level - 1} or m${level - 1}`)
  }
  expect(compileCondition(parseCondition('m40'), { ...jsonFields(), macro: doubling })({ 'f.x': 'y' })).toBe(true)
  expect(parsed).toBe(41)
})

test.each([
  { name: 'an unknown macro', text: 'shell and\n nosuch', line: 2, column: 2, says: "undefined macro 'nosuch'", within: undefined },
  { name: 'a lone keyword', text: 'shell and not', line: 1, column: 11, says: 'needs a check after it', within: undefined },
  { name: 'a macro of itself', text: 'itself', line: 1, column: 1, says: "reference loop in macro 'itself'", within: 'itself' },
  { name: 'a loop of macros', text: 'shell and loop', line: 1, column: 5, says: "reference loop in macro 'loop'", within: 'again' },
  {
    name: 'an error inside a macro',
    text: 'shell and outer',
    line: 2,
    column: 3,
    says: 'nonexistent field proc.nam',
    within: 'unknown_field',
  },
])('$name is refused where it stands', ({ text, line, column, says, within }) => {
  const error = failureOf(() => withMacros(text))
  expect(error).toMatchObject({ code: 'invalid_input', line, column, macro: within })
  expect(error.message).toContain(says)
  expect(error.message.match(/did you mean/g)?.length ?? 0).toBeLessThan(2)
})

test.each([
  { text: 'proc.nmae = x', hint: 'did you mean proc.name?' },
  { text: 'ka.target.namspace = x', hint: 'did you mean ka.target.namespace?' },
  { text: 'completely.different = x', hint: undefined },
  { text: `${'x'.repeat(100_000)}.y = x`, hint: undefined },
])('an unknown field is refused, with the nearest name: $hint', ({ text, hint }) => {
  const error = failureOf(() => withMacros(`shell and (${text})`))
  expect(error).toMatchObject({ column: 12, hint })
  expect(error.message).toContain(`filter_check called with nonexistent field ${text.split(' ')[0]}`)
})

test('a list that a field gives empty is absent', () => {
  const field = () => ({ type: 'string' as const, list: true, get: () => [] })
  const run = (text: string) => compileCondition(parseCondition(text), { field })({})
  expect(run('f.x exists or f.x in (a) or len(f.x) = 0')).toBe(false)
})

test('a field may say why it cannot be used', () => {
  const field = () => ({ refused: 'not here' })
  expect(
    failureOf(() => compileCondition(parseCondition('a and f.x = y'), { field, macro: () => parseCondition('b.b exists') })).message,
  ).toBe('not here')
})

test('an argument cannot hold a closing bracket', () => {
  expect(failureOf(() => compile('f.x["a]b"] = c')).message).toContain("cannot hold a ']'")
})

test('a list argument stands only where a call takes one', () => {
  expect(failureOf(() => compile('concat((f.x), f.y) = c'))).toMatchObject({ column: 8 })
})

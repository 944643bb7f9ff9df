import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConditionError } from '../../../../lib/condition/error.ts'
import { parseCondition } from '../../../../lib/condition/parse.ts'
import { printCondition } from '../../../../lib/condition/print.ts'
import { compiled, load, only, rule } from './loading.ts'

const knownOutput = (template: string) => {
  const offset = template.indexOf('%no.field')
  if (offset >= 0) throw new ConditionError('filter_check called with nonexistent field no.field', { offset, line: 1, column: offset + 1 })
}

test.each([
  ['plain', 'condition: proc.name = a and proc.nme = b', '2:32'],
  ['quoted', 'condition: "proc.name = \\"a\\" and proc.nme = b"', '2:37'],
  ['single-quoted', "condition: 'proc.name = ''a'' and proc.nme = b'", '2:37'],
  ['folded', 'condition: >\n    proc.name = a\n    and proc.nme = b', '4:9'],
  ['literal', 'condition: |-\n\n    proc.name = a and\n      proc.nme = b', '5:7'],
  ['on several lines', 'condition: proc.name = a\n    and proc.nme = b', '3:9'],
])('an error in a condition that is %s is told at its place', (_name, condition, place) => {
  const { lines } = load(`- rule: R\n  ${condition}\n  output: o\n  desc: d\n  priority: INFO\n`)
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^${place} LOAD_ERR_COMPILE_CONDITION .*did you mean proc\\.name`))])
})

test('an error is told in the item that appended it, behind the lists that were put in, and in the list that brought it in', () => {
  const lists = '- {list: l, items: [x, "y(z"]}\n- {list: k, items: [long, words]}\n'
  const appended = '- {rule: R, condition: and proc.nme = b, override: {condition: append}}\n'
  expect(load(`${lists}${rule({ condition: 'proc.name in (k)' })}${appended}`).lines[0]).toMatch(/^8:28 LOAD_ERR_COMPILE_CONDITION/)
  expect(load(`${lists}${rule({ condition: 'proc.name in (k, k) and proc.nme = b' })}`).lines[0]).toMatch(/^4:38 LOAD_ERR_COMPILE/)
  expect(load(`${lists}${rule({ condition: 'proc.name in (l)' })}`).lines[0]).toMatch(/^1:24 LOAD_ERR_COMPILE_CONDITION/)
})

test.each([
  ['the output has an unknown field', rule({ output: 'x %no.field' }), /^3:13 LOAD_ERR_COMPILE_OUTPUT/],
  ['the output is blank', rule({ output: '" "' }), /LOAD_ERR_COMPILE_OUTPUT/],
  [
    'the output and the condition are wrong: the output',
    rule({ output: '"%no.field"', condition: 'no.field = a' }),
    /^3:12 LOAD_ERR_COMPILE_OUTPUT/,
  ],
  ['an unknown field is in a disabled rule', rule({ condition: 'no.field = a', enabled: 'false' }), /LOAD_ERR_COMPILE_CONDITION/],
  ['an operator does not fit', rule({ condition: 'evt.num contains a' }), /LOAD_ERR_COMPILE_CONDITION .*not supported/],
  [
    'an argument is missing',
    rule({ condition: 'evt.arg = a', 'skip-if-unknown-filter': 'true' }),
    /LOAD_ERR_COMPILE_CONDITION .*requires an argument/,
  ],
  [
    'a list is nested too deep for an event type',
    `- {list: a, items: [open]}\n- {list: b, items: [a]}\n- {list: a, items: [b]}\n${rule({ condition: 'evt.type in (a)' })}`,
    /LOAD_ERR_COMPILE_CONDITION unknown event type a/,
  ],
  [
    'a later file defines what an earlier uses',
    [rule({ condition: 'm' }), '- {macro: m, condition: proc.name = a}\n'],
    /LOAD_ERR_VALIDATE Undefined macro/,
  ],
  ['the engine is too old', '- required_engine_version: 64', /^1:28 LOAD_ERR_VALIDATE Rules require engine version 0\.64\.0/],
  ['the engine is of another major version', '- required_engine_version: 1.0.0', /LOAD_ERR_VALIDATE/],
  ['the engine version is none', '- required_engine_version: 0.26', /LOAD_ERR_YAML_VALIDATE Unable to parse engine version/],
  ['a plugin version is none', '- required_plugin_versions: [{name: a, version: "1"}]', /LOAD_ERR_VALIDATE Invalid required version/],
  [
    'a plugin is required twice in one entry',
    '- required_plugin_versions: [{name: a, version: 1.0.0, alternatives: [{name: a, version: 1.0.0}]}]',
    /LOAD_ERR_VALIDATE Defined multiple/,
  ],
  ['plugins are no sequence', '- required_plugin_versions: a', /LOAD_ERR_YAML_VALIDATE/],
  ['a plugin has no version', '- required_plugin_versions: [{name: a}]', /LOAD_ERR_YAML_VALIDATE/],
])('it is an error when %s', (_name, texts, expected) => {
  expect(load(texts, { knownOutput }).lines.find((line) => line.includes('LOAD_ERR'))).toMatch(expected)
})

test.each([
  ['the value <NA> of an audit field', { condition: 'ka.verb = <NA>', source: 'k8s_audit' }, 'LOAD_UNSAFE_NA_CHECK'],
  ['a field name as a value', { condition: 'proc.name = proc.pname' }, 'LOAD_COMPILE_CONDITION'],
  ['a transformer call as a value', { condition: '\'proc.name in ("tolower(proc.pname)")\'' }, 'LOAD_COMPILE_CONDITION'],
  ['a regex that is a plain text', { condition: 'proc.name regex abc' }, 'LOAD_COMPILE_CONDITION'],
  ['a deprecated field', { condition: 'evt.dir = <' }, 'LOAD_DEPRECATED_ITEM'],
  ['a deprecated field in the output', { output: 'x %evt.latency.ns.' }, 'LOAD_DEPRECATED_ITEM'],
  ['container.info in the output', { output: 'x %container.info' }, 'LOAD_DEPRECATED_ITEM'],
])('%s is a warning', (_name, keys, code) => {
  const { warnings, errors } = load(rule(keys))
  expect({ warnings, errors }).toEqual({ warnings: [code], errors: [] })
})

test.each([
  { condition: 'proc.name = <NA>' },
  { condition: 'proc.name regex a.c' },
  { condition: 'proc.name = val(proc.pname)' },
  { condition: 'evt.type in (open, openat2)' },
])('$condition is no warning', (keys) => {
  expect(load(rule(keys)).problems).toEqual([])
})

test('an unknown field drops a rule that says so', () => {
  const skip = { 'skip-if-unknown-filter': 'true' }
  for (const keys of [{ condition: 'no.field = a' }, { output: '"%no.field"' }]) {
    const { rules, warnings, errors } = load(rule({ ...keys, ...skip }) + rule({ rule: 'S' }), { knownOutput })
    expect({ names: rules.map(({ name }) => name), warnings, errors }).toEqual({
      names: ['S'],
      warnings: ['LOAD_UNKNOWN_FILTER'],
      errors: [],
    })
  }
})

test('%container.info is taken out of an output', () => {
  expect(only(rule({ output: '"x %container.info"' })).output).toBe('x')
})

test('less severe rules than the minimum are not enabled', () => {
  const { rules } = load(rule() + rule({ rule: 'S', priority: 'ERROR' }), { minimumPriority: 'warning' })
  expect(rules.map(({ enabled }) => enabled)).toEqual([false, true])
  expect(() => load('', { minimumPriority: 'none' })).toThrow(expect.objectContaining({ code: 'invalid_config' }))
})

test.each([
  ['the same', '1.2.3', true],
  ['newer', '1.3.0', true],
  ['older', '1.2.2', false],
  ['of another major version', '2.0.0', false],
])('a plugin that is %s', (_name, version, met) => {
  const text = '- required_plugin_versions: [{name: a, version: 1.2.3, alternatives: [{name: b, version: 1.2.3}]}]'
  expect(load(text, { plugins: [{ name: 'b', version }] }).errors).toEqual(met ? [] : ['LOAD_ERR_VALIDATE'])
  expect(load(text).info.requiredPlugins).toMatchObject([{ alternatives: [{ name: 'a' }, { name: 'b' }] }])
})

test.each(['63', '0x3F', '0.63.0', '0.26.0-rc1'])('engine version %s is met', (version) => {
  expect(load(`- required_engine_version: ${version}`).problems).toEqual([])
})

test('every item is checked, the first error is that of reading', () => {
  const text = rule({ condition: 'no.field = a' }) + rule({ rule: 'S', priority: 'x' }) + rule({ rule: 'T', output: undefined })
  expect(load(text).errors).toEqual(['LOAD_ERR_YAML_VALIDATE', 'LOAD_ERR_YAML_VALIDATE', 'LOAD_ERR_COMPILE_CONDITION'])
})

const item = (...[key, value]: [string, string]) => `- {${key}, items: [${Array(10).fill(value)}]}\n`
test.each([
  ['brackets without end', '['.repeat(200_000)],
  ['mappings without end', '- {rule: '.repeat(20_000)],
  ['sequences without end', '- '.repeat(50_000)],
  ['10 MB', 'x'.repeat(10_000_000)],
  [
    'lists of lists',
    Array.from({ length: 30 }, (_, i) => item(`list: l${i}`, `l${i + 1}`)).join('') + rule({ condition: 'proc.name in (l0)' }),
  ],
  [
    'macros of macros',
    `- {macro: m0, condition: proc.name = a}\n${Array.from({ length: 60 }, (_, i) => `- {macro: m${i + 1}, condition: m${i} and m${i}}\n`).join('')}${rule({ condition: 'm60' })}`,
  ],
  [
    'macros in a long chain',
    `- {macro: m0, condition: proc.name = a}\n${Array.from({ length: 3000 }, (_, i) => `- {macro: m${i + 1}, condition: not m${i}}\n`).join('')}`,
  ],
  [
    'aliases of aliases',
    rule({
      exceptions: `\n    - name: e\n      fields: [proc.name]\n      comps: [in]\n      values:\n      - &r [[${Array(20_000).fill('x')}]]\n${'      - *r\n'.repeat(5000)}`,
    }),
  ],
  ['an alias of itself', rule({ exceptions: '&a [*a]' })],
])('%s end quickly, with an error', (_name, text) => {
  expect(load(text).errors.length).toBeGreaterThan(0)
})

const VALID = `- required_engine_version: 0.26.0
- list: l
  items: [a, "b c"]
- macro: m
  condition: proc.name in (l)
${rule({ condition: 'm or not (fd.name startswith /etc and evt.num > 3)', exceptions: '[{name: e, fields: [proc.name], comps: [in], values: [[[l, x]]]}]' })}- {rule: R, tags: [t], override: {tags: append}}
`
test('no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('- ', 'rule', ': ', '\n', '  ', '[', ']', '{', '}', '"', '&a ', '*a', '!', 'macro', 'a', '|') }),
      (text) => load(text).rules.length >= 0,
    ),
  )
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => load(text).rules.length >= 0))
})

test('no change of a valid file makes it throw, and places are in the file', () => {
  expect(load(VALID).problems).toEqual([])
  const length = VALID.length
  fc.assert(
    fc.property(fc.nat(length), fc.nat(12), fc.string({ maxLength: 4 }), (start, size, insert) => {
      const text = VALID.slice(0, start) + insert + VALID.slice(start + size)
      const count = text.split(/\r\n|\n|\r/).length
      return load(text).problems.every(({ line, column }) => line >= 1 && line <= count && column >= 1)
    }),
    { numRuns: 500 },
  )
})

test('the exact print of a compiled condition parses to the same', () => {
  const check = fc.constantFrom('proc.name = a', 'proc.name in (l, x)', 'm', 'fd.name pmatch (/etc)', 'not m', 'tolower(proc.name) = "b c"')
  const condition = fc.array(fc.tuple(check, fc.constantFrom('and', 'or')), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(condition, (parts) => {
      const text = parts.map(([one, junction], index) => (index === 0 ? one : `${junction} (${one})`)).join(' ')
      const { condition: expr } = only(
        `- {list: l, items: [a, "b c"]}\n- {macro: m, condition: proc.name = l1 or fd.num = 1}\n${rule({ condition: `>-\n    ${text}` })}`,
      )
      const printed = printCondition(expr, { exact: true })
      expect(printCondition(parseCondition(printed), { exact: true })).toBe(printed)
    }),
  )
})

test('files add up, and what a later one redefines counts', () => {
  expect(compiled(['- {list: l, items: [a]}\n', rule({ condition: 'proc.name in (l)' }), '- {list: l, items: [b]}\n'])).toBe(
    'proc.name in (b)',
  )
})

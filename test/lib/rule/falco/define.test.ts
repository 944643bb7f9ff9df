import { expect, test } from 'vitest'
import { compiled, load, only, rule } from './loading.ts'

const change = (...lines: string[]) => `- rule: R\n${lines.map((line) => `  ${line}\n`).join('')}`

test('a redefinition replaces all of a rule, at its first place', () => {
  const text = rule({ enabled: 'false', tags: '[a]' }) + rule({ rule: 'S' }) + rule({ output: 'new' })
  const { rules } = load(text)
  expect(rules.map(({ name }) => name)).toEqual(['R', 'S'])
  expect(rules[0]).toMatchObject({ output: 'new', enabled: true, tags: [], line: 13 })
})

test('override appends to each part that can be', () => {
  const text =
    rule({ tags: '[b]' }) +
    change(
      'condition: or proc.name = b',
      'output: p',
      'desc: e',
      'tags: [a]',
      'override: {condition: append, output: append, desc: append, tags: append}',
    )
  expect(only(text)).toMatchObject({ output: 'o p', description: 'd e', tags: ['a', 'b'] })
  expect(compiled(text)).toBe('(proc.name = a or proc.name = b)')
})

test('override replaces each part that can be', () => {
  const keys =
    'condition, output, desc, tags, exceptions, priority, enabled, capture, capture_duration, warn_evttypes, skip-if-unknown-filter'
  const text =
    rule({ tags: '[b]', exceptions: '[{name: e, fields: proc.name, values: [x]}]' }) +
    change(
      'condition: proc.name = z',
      'output: p',
      'desc: e',
      'tags: [a]',
      'exceptions: []',
      'priority: ERROR',
      'enabled: false',
      'capture: on',
      'capture_duration: 0x10',
      'warn_evttypes: no',
      'skip-if-unknown-filter: yes',
      `override: {${keys.split(', ').map((key) => `${key}: replace`)}}`,
    )
  expect(only(text)).toMatchObject({
    output: 'p',
    description: 'e',
    tags: ['a'],
    priority: 'Error',
    enabled: false,
    exceptions: [],
    line: 1,
  })
  expect(compiled(text)).toBe('proc.name = z')
})

test('what is appended and what is replaced may stand in one item', () => {
  const text = rule() + change('condition: and proc.name = b', 'priority: ERROR', 'override: {condition: append, priority: replace}')
  expect(only(text).priority).toBe('Error')
  expect(compiled(text)).toBe('(proc.name = a and proc.name = b)')
})

test('an appended condition binds as its text does', () => {
  const text =
    rule({ condition: 'proc.name = a or proc.name = b' }) + change('append: true', 'condition: and proc.name = c', 'output: unused')
  expect(compiled(text)).toBe('(proc.name = a or (proc.name = b and proc.name = c))')
  expect(only(text).output).toBe('o')
  expect(load(text).warnings).toEqual(['LOAD_DEPRECATED_ITEM'])
})

test('lists and macros are appended to and replaced', () => {
  const rest = rule({ condition: 'm' })
  const list = '- list: l\n  items: [a]\n'
  const macro = '- macro: m\n  condition: proc.name in (l)\n'
  expect(compiled(`${list}- {list: l, items: [b], append: true}\n${macro}${rest}`)).toBe('proc.name in (a, b)')
  expect(compiled(`${list}- {list: l, items: [b], override: {items: append}}\n${macro}${rest}`)).toBe('proc.name in (a, b)')
  expect(compiled(`${list}- {list: l, items: [b], override: {items: replace}}\n${macro}${rest}`)).toBe('proc.name in (b)')
  expect(compiled(`${list}- {list: l, items: [b], append: false}\n${macro}${rest}`)).toBe('proc.name in (b)')
  expect(compiled(`${list}${macro}- {macro: m, condition: and evt.num = 1, append: true}\n${rest}`)).toBe(
    '(proc.name in (a) and evt.num = 1)',
  )
  expect(compiled(`${list}- {macro: m, condition: evt.num = 1, override: {condition: replace}}\n${rest}`)).toBe('evt.num = 1')
})

test('a rule of nothing but enabled switches an earlier one', () => {
  const text = rule() + change('enabled: false')
  expect(only(text).enabled).toBe(false)
  expect(load(text).warnings).toEqual(['LOAD_DEPRECATED_ITEM'])
})

test.each([
  ['append to no rule', change('append: true', 'condition: x'), /LOAD_ERR_VALIDATE Rule uses 'append'/],
  ['override of no rule', change('priority: INFO', 'override: {priority: replace}'), /LOAD_ERR_VALIDATE .*no rule by that name/],
  ['enabled without a rule', change('enabled: true'), /LOAD_ERR_VALIDATE Rule has 'enabled' key/],
  ['append to no list', '- {list: l, items: [], append: true}', /LOAD_ERR_VALIDATE List uses 'append'/],
  ['append to no macro', '- {macro: m, condition: x, override: {condition: append}}', /LOAD_ERR_VALIDATE Macro uses 'append'/],
  ['a misspelt name', `${rule({ rule: 'Shell' })}- {rule: Shel, enabled: true}`, /did you mean 'Shell'\?/],
  ['another source', rule() + rule({ source: 'k8s_audit' }), /LOAD_ERR_VALIDATE Rule has been re-defined with a different source/],
  ['append with another source', rule() + change('append: true', 'condition: or proc.name = b', 'source: k8s_audit'), /different source/],
  ['an append of nothing', rule() + change('append: true', 'tags: [a]'), /LOAD_ERR_VALIDATE Appended rule must have/],
  ['a rule of nothing', rule() + change('tags: [a]'), /LOAD_ERR_YAML_VALIDATE .*'enabled'/],
  [
    'a key without its override',
    rule() + change('output: p', 'desc: e', 'override: {desc: append}'),
    /LOAD_ERR_YAML_VALIDATE Unexpected key 'output'/,
  ],
  [
    'an override without its key',
    rule() + change('output: p', 'override: {output: append, desc: append}'),
    /override for 'desc' was specified/,
  ],
  [
    'a key that cannot be appended to',
    rule() + change('priority: INFO', 'override: {priority: append}'),
    /LOAD_ERR_YAML_VALIDATE Key 'priority' cannot be/,
  ],
  [
    'a key that cannot be overridden',
    rule() + change('source: s', 'override: {source: replace}'),
    /LOAD_ERR_YAML_VALIDATE Key 'source' cannot be/,
  ],
  [
    'an operation that is none',
    rule() + change('output: p', 'override: {output: merge}'),
    /LOAD_ERR_YAML_VALIDATE Invalid override operation/,
  ],
  [
    'append and override',
    rule() + change('append: true', 'output: p', 'override: {output: append}'),
    /LOAD_ERR_YAML_VALIDATE Keys 'override' and/,
  ],
])('%s is an error', (_name, text, expected) => {
  expect(load(text).lines.find((line) => line.includes('LOAD_ERR'))).toMatch(expected)
})

test('another source does not matter where no condition is overridden', () => {
  expect(load(rule() + change('output: p', 'source: k8s_audit', 'override: {output: replace}')).errors).toEqual([])
})

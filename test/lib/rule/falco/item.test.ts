import { expect, test } from 'vitest'
import { compiled, load, only, rule } from './loading.ts'

test('a rule has its defaults', () => {
  expect(only(rule())).toMatchObject({
    name: 'R',
    source: 'syscall',
    description: 'd',
    priority: 'Informational',
    tags: [],
    enabled: true,
    output: 'o',
    exceptions: [],
    file: '0.yaml',
    line: 1,
    column: 9,
  })
})

test('a rule has what it says', () => {
  const text = rule({ source: 'k8s_audit', tags: '[b, a, b]', enabled: 'no', output: '"  text  "', warn_evttypes: 'false', capture: 'on' })
  expect(only(text)).toMatchObject({ source: 'k8s_audit', tags: ['a', 'b'], enabled: false, output: 'text' })
  expect(load(text).problems).toEqual([])
})

test.each([
  ['EMERGENCY', 'Emergency'],
  ['alert', 'Alert'],
  ['CriticAL', 'Critical'],
  ['error', 'Error'],
  ['WARNING', 'Warning'],
  ['notice', 'Notice'],
  ['info', 'Informational'],
  ['INFORMATIONAL', 'Informational'],
  ['debug', 'Debug'],
])('the priority %s is %s', (priority, expected) => {
  expect(only(rule({ priority })).priority).toBe(expected)
})

test.each(['WARN', 'ERR', '3', 'crit'])('%s is no priority', (priority) => {
  expect(load(rule({ priority })).lines).toEqual([expect.stringMatching(/^5:13 LOAD_ERR_YAML_VALIDATE Invalid priority/)])
})

test.each([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON', '"true"'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF', "'no'"].map((text) => [text, false] as const),
])('enabled: %s is %s', (enabled, expected) => {
  expect(only(rule({ enabled })).enabled).toBe(expected)
})

test.each(['1', '0', 'maybe', 'tRUE', '[true]'])('%s is no boolean', (enabled) => {
  expect(load(rule({ enabled })).errors).toEqual(['LOAD_ERR_YAML_VALIDATE'])
})

test.each([
  ['a mapping', 'rule: x', /^1:1 LOAD_ERR_YAML_VALIDATE Rules content is not yaml array of objects/],
  ['a scalar', 'x', /^1:1 LOAD_ERR_YAML_VALIDATE Rules content is not yaml/],
  ['an element that is no mapping', '- x', /^1:3 LOAD_ERR_YAML_VALIDATE Unexpected element type/],
  ['no YAML', '- [a', /LOAD_ERR_YAML_PARSE/],
  ['an alias without anchor', '- list: a\n  items: *b', /^2:10 LOAD_ERR_YAML_PARSE .*anchor 'b'/],
  ['no condition', rule({ condition: undefined }), /^1:3 LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'condition'/],
  ['no output', rule({ output: undefined }), /no mapping for key 'output'/],
  ['no desc', rule({ desc: undefined }), /no mapping for key 'desc'/],
  ['no priority', rule({ priority: undefined }), /no mapping for key 'priority'/],
  ['a null', rule({ condition: '' }), /LOAD_ERR_YAML_VALIDATE Mapping for key 'condition' is empty/],
  ['an empty text', rule({ condition: '""' }), /LOAD_ERR_YAML_VALIDATE Value must be non-empty/],
  ['a list for a text', rule({ output: '[a]' }), /^3:11 LOAD_ERR_YAML_VALIDATE Value is not a scalar value/],
  ['an empty optional text', rule({ source: '""' }), /LOAD_ERR_YAML_VALIDATE Value must be non-empty/],
  ['tags that are no sequence', rule({ tags: 'a' }), /LOAD_ERR_YAML_VALIDATE Value is not a sequence/],
  ['a null tag', rule({ tags: '[a, ~]' }), /LOAD_ERR_YAML_VALIDATE sequence value is not scalar/],
  ['a duration that is no number', rule({ capture_duration: 'long' }), /LOAD_ERR_YAML_VALIDATE Can't decode/],
  ['a list without items', '- list: a', /^1:3 LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'items'/],
  ['a list whose items are null', '- list: a\n  items:', /LOAD_ERR_YAML_VALIDATE Value is not a sequence/],
  ['a list without a name', '- list:\n  items: []', /LOAD_ERR_YAML_VALIDATE Mapping for key 'list' is empty/],
  ['a macro without condition', '- macro: a', /LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'condition'/],
  ['exceptions that are no sequence', rule({ exceptions: 'a' }), /LOAD_ERR_YAML_VALIDATE Rule exceptions must be a sequence/],
  ['an exception that is no mapping', rule({ exceptions: '[a]' }), /LOAD_ERR_YAML_VALIDATE Rule exception must be a mapping/],
  ['an exception without name', rule({ exceptions: '[{fields: [proc.name]}]' }), /no mapping for key 'name'/],
  ['an exception without fields', rule({ exceptions: '[{name: a}]' }), /LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'fields'/],
  ['values that are no sequence', rule({ exceptions: '[{name: a, fields: proc.name, values: x}]' }), /values must be a sequence/],
  ['an empty value', rule({ exceptions: '[{name: a, fields: proc.name, values: [""]}]' }), /Value must be non-empty/],
])('%s is an error', (_name, text, expected) => {
  const { lines, rules } = load(text)
  expect(lines[0]).toMatch(expected)
  expect(rules).toEqual([])
})

test.each([
  ['an unknown key', rule({ condtion: 'x' }), /^6:3 LOAD_UNKNOWN_KEY Unknown key 'condtion'; did you mean 'condition'\?/],
  ['the key of another kind', rule({ items: '[a]' }), /LOAD_UNKNOWN_KEY Unknown key 'items'/],
  ['a merge key', `- &a {list: l, items: []}\n- <<: *a\n  list: m\n  items: []`, /LOAD_UNKNOWN_KEY Unknown key '<<'/],
  ['an unknown item', '- rulez: a', /^1:3 LOAD_UNKNOWN_ITEM Unknown top level item 'rulez'; did you mean 'rule'\?/],
  ['an override that is no mapping', rule({ override: 'yes' }), /LOAD_UNKNOWN_KEY 'override' is not a mapping/],
  ['a list name of two words', '- list: a b\n  items: []', /^1:9 LOAD_INVALID_LIST_NAME/],
  ['a macro name with a hyphen', '- macro: a-b\n  condition: proc.name = x', /^1:10 LOAD_INVALID_MACRO_NAME/],
  ['an unknown source', rule({ source: 'k8s_audi' }), /^1:9 LOAD_UNKNOWN_SOURCE .*did you mean k8s_audit\?/],
])('%s is a warning', (_name, text, expected) => {
  const { lines, errors } = load(text)
  expect(lines[0]).toMatch(expected)
  expect(errors).toEqual([])
})

test.each([
  ['nothing', ''],
  ['null documents and items', `---\n---\n-\n- ~\n- null\n${rule()}---\n`],
  ['two documents', `${rule()}---\n${rule({ rule: 'S' })}`],
  ['a tag that means nothing', rule({ desc: '!= x' })],
  ['unknown keys in an exception', rule({ exceptions: '[{name: a, fields: proc.name, why: x}]' })],
  ['exceptions that are null', rule({ exceptions: '' })],
  ['a null for what may be left out', rule({ enabled: '', source: '~' })],
])('%s is no problem', (_name, text) => {
  expect(load(text).problems).toEqual([])
})

test('of a key that is given twice, the first counts', () => {
  expect(only(`${rule()}  desc: second\n`).description).toBe('d')
})

test('scalars keep their text, and aliases stand for what they name', () => {
  const lists = '- list: l\n  items: &i [1.50, 0x1F, yes]\n- list: m\n  items: *i\n'
  expect(compiled(`${lists}${rule({ condition: 'proc.name in (l, m)' })}`)).toBe('proc.name in (1.50, 0x1F, yes, 1.50, 0x1F, yes)')
})

test('the first of several known keys says what an item is', () => {
  expect(load('- macro: a\n  list: b\n  items: []').warnings).toEqual(['LOAD_UNKNOWN_KEY', 'LOAD_UNUSED_LIST'])
})

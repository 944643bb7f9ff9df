import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { ruleSchemas } from '../../infra/rule-schemas.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const SCHEMAS = ruleSchemas()
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
const VALIDATORS = new Map(Object.entries(SCHEMAS).map(([name, schema]) => [name, ajv.compile(schema)]))

/** What an editor would underline. */
function complaints(schema: string, document: unknown): readonly string[] {
  const validate = VALIDATORS.get(schema) ?? expect.fail(`there is no ${schema}`)
  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test.each(Object.keys(SCHEMAS))('docs/schema/%s is up to date (npm run schemas)', (name) => {
  expect(JSON.parse(read(`docs/schema/${name}`))).toEqual(SCHEMAS[name])
})

test('docs/schema/ has nothing else', () => {
  expect(readdirSync(join(ROOT, 'docs/schema')).sort()).toEqual(Object.keys(SCHEMAS).sort())
})

const FILES = ['rules', 'local/demo/rules', 'local/stand-in/rules'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name)),
)

test.each(FILES)('%s is right by the schema of any rules', (file) => {
  for (const document of parseAllDocuments(read(file))) expect(complaints('rules.schema.json', document.toJS())).toEqual([])
})

test('so is every example of the rules reference, also by the schema of its own kind', () => {
  const examples = [...read('rules/README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap((match) =>
    parseAllDocuments(match[1] ?? '').map((document) => document.toJS()),
  )
  expect(examples.length).toBeGreaterThanOrEqual(5)
  for (const example of examples) {
    expect(complaints('rules.schema.json', example)).toEqual([])
    const item = [example].flat()[0]
    const kind =
      ['correlation', 'detection', 'stage', 'silence', 'response', 'route', 'permission', 'guards', 'cluster'].find((key) =>
        Object.hasOwn(item, key),
      ) ?? 'falco-rules'
    expect(complaints(`${kind}.schema.json`, example)).toEqual([])
  }
})

const RULE = 'rule: R, desc: d, condition: proc.name = a, output: o, priority: warning'

test.each([
  [
    'every kind of item',
    `[{required_engine_version: 0.55.0}, {required_engine_version: 26}, {list: l, items: [a, 1, true]}, {macro: m, condition: x}, {${RULE}}]`,
  ],
  ['plugins', '[{required_plugin_versions: [{name: json, version: 0.7.0, alternatives: [{name: x, version: 1.0.0}]}]}]'],
  ['words for yes and no, and priorities in any case', `[{${RULE.replace('warning', 'INFO')}, enabled: yes, warn_evttypes: off}]`],
  ['a switch', '[{rule: R, enabled: false}]'],
  ['a change', '[{rule: R, condition: and x, priority: Error, override: {condition: append, priority: replace}}]'],
  ['an old append', '[{rule: R, append: true, condition: and x}]'],
  [
    'exceptions',
    `[{${RULE}, exceptions: [{name: a, fields: [x.y, z.y], comps: [in, =], values: [[[a, 1], b]]}, {name: b, fields: x.y, comps: in, values: [a]}]}]`,
  ],
  ['more values for an exception', '[{rule: R, exceptions: [{name: a, values: [[x]]}], override: {exceptions: append}}]'],
  ['test cases', `[{${RULE}, tests: [{name: t, event: {proc.name: a}}, {name: u, event: {}, matches: false}]}]`],
])('Falco rules: %s', (_name, text) => {
  expect(complaints('falco-rules.schema.json', parse(text))).toEqual([])
  expect(complaints('rules.schema.json', parse(text))).toEqual([])
})

test.each([
  ['a rule without output', `[{${RULE.replace(', output: o', '')}}]`, "'output'"],
  ['a priority that is none', `[{${RULE.replace('warning', 'warn')}}]`, '/0/priority'],
  ['a key that is none', `[{${RULE}, tag: [a]}]`, 'additional properties'],
  ['a rule with nothing but its name', '[{rule: R}]', "'enabled'"],
  ['Falco rules that are no list', `{${RULE}}`, 'response'],
  ['a change of a key that is not in the item', '[{rule: R, condition: x, override: {condition: append, output: append}}]', '/0/override'],
  [
    'a key beside override that it does not name',
    '[{rule: R, condition: x, priority: Error, override: {condition: append}}]',
    '/0/override',
  ],
  ['a priority that is appended', '[{rule: R, priority: Error, override: {priority: append}}]', '/0/override/priority'],
  ['append and override', '[{list: l, items: [a], append: true, override: {items: append}}]', '/0'],
  ['an exception without fields', `[{${RULE}, exceptions: [{name: a, values: [[x]]}]}]`, "'fields'"],
  ['values in no rows', `[{${RULE}, exceptions: [{name: a, fields: [x.y], values: [x]}]}]`, '/0/exceptions/0/values/0'],
  ['a test case without an event', `[{${RULE}, tests: [{name: t}]}]`, "'event'"],
  ['an action that is none', '[{response: R, match: x.y = z, actions: [{explode: {}}]}]', '/0/actions/0'],
  ['a parameter that is none', '[{response: R, match: x.y = z, actions: [{isolate: {dns: true}}]}]', '/0/actions/0/isolate'],
  ['an action that needs parameters', '[{response: R, match: x.y = z, actions: [{label: null}]}]', '/0/actions/0/label'],
  ['two actions in one', '[{response: R, match: x.y = z, actions: [{delete: null, isolate: null}]}]', '/0/actions/0'],
  ['a mode that is none', '{response: R, match: x.y = z, mode: act, actions: [{delete: null}]}', '/mode'],
  [
    'a timespan without a unit',
    '{title: t, correlation: {type: temporal_ordered, rules: [a, b], group-by: [pod.name], timespan: 10}}',
    '/correlation/timespan',
  ],
  ['a budget that is no rate', '[{guards: {budget: {per_cluster: 20}}}]', '/0/guards/budget/per_cluster'],
  ['a channel by its name', '[{route: {name: r, slack: {channel: "#ops"}}}]', '/0/route/slack/channel'],
  [
    'a permission for nobody',
    '[{permission: p, slack: {app: A01, workspace: T01, channels: [C01], users: []}, actions: [isolate]}]',
    '/0/slack/users',
  ],
  ['a cluster reached in two ways', '[{cluster: c, in_cluster: {}, eks: {name: p, region: eu-west-1}}]', '/0'],
  ['a cluster reached in no way', '[{cluster: c}]', '/0'],
  ['an item of no kind', '[{respond: R}]', "'response'"],
  ['Falco rules and ours in one file', `[{${RULE}}, {route: {name: r, slack: {channel: C01}}}]`, "'rule'"],
])('%s is wrong, and the complaint is at its place', (_name, text, expected) => {
  expect(complaints('rules.schema.json', parse(text)).join('\n')).toContain(expected)
})

test('every key that a person writes in a rule of ours has words about it, or a name that says it all', () => {
  const undescribed = (schema: unknown, path: string): readonly string[] => {
    if (typeof schema !== 'object' || schema === null) return []
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> }
    return Object.entries(properties).flatMap(([key, inner]) => [
      ...(inner.description === undefined ? [`${path}${key}`] : []),
      ...undescribed(inner, `${path}${key}.`),
    ])
  }
  const { definitions } = SCHEMAS['response.schema.json'] as { definitions: { response: unknown } }
  expect(undescribed(definitions.response, '')).toEqual(['description'])
})

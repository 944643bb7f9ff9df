import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadRules, loadRulesOrThrow } from '../../lib/rule-set.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const problemsIn = (text: string) => {
  writeFileSync(join(folder.path, 'rules.yaml'), text)
  return loadRules([folder.path]).problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`)
}
const RESPONSE = 'response: R\n  match: alert.rule = x\n  actions: [{delete: }]'

test.each(['rules', 'local/demo/rules', 'local/stand-in/rules'])('%s has no problems', (path) => {
  const root = join(import.meta.dirname, '../..')
  const paths = path === 'rules' ? [path] : ['rules/correlation', path]
  expect(loadRules(paths.map((one) => join(root, one))).problems.filter(({ code }) => code !== 'duplicate_name')).toEqual([])
})

test('every response that is shipped only observes', () => {
  const { rules } = loadRules([join(import.meta.dirname, '../../rules')])
  expect(rules.responses.map(({ response }) => response.mode)).toEqual(rules.responses.map(() => 'observe'))
  expect(rules.permissions).toEqual([])
})

test.each([
  ['not YAML', 'a: [', /^1:\d+ LOAD_ERR_YAML_PARSE /],
  ['an item of no kind', '- {rulez: 1}', /^1:3 LOAD_UNKNOWN_ITEM expected one of correlation, response/],
  ['a scalar', 'hello', /^1:1 LOAD_ERR_YAML_VALIDATE/],
  ['an unknown key', `- ${RESPONSE}\n  colour: red`, /^\d+:3 invalid_rule Unrecognized key: "colour"/],
  [
    'an unknown action',
    '- response: R\n  match: alert.rule = x\n  actions:\n    - explode: {}',
    /^4:7 invalid_rule actions\.0: "explode" is no action; known are label, annotate, isolate, /,
  ],
  [
    'a bad parameter',
    '- response: R\n  match: alert.rule = x\n  actions:\n    - isolate: {expires: soon}',
    /^4:7 invalid_rule actions\.0\.isolate: expires: expected a whole number/,
  ],
  ['an unknown parameter', '- response: R\n  match: alert.rule = x\n  actions:\n    - isolate: {dns: true}', /Unrecognized key: "dns"/],
  ['an unknown mode', `- ${RESPONSE}\n  mode: always`, /^4:3 invalid_rule mode: /],
  ['a match that does not parse', '- response: R\n  match: alert.rule = \n  actions: [{delete: }]', /^2:22 invalid_match match: /],
  [
    'a match with an unknown field',
    '- response: R\n  match: alert.rul = x\n  actions: [{delete: }]',
    /nonexistent field alert\.rul; did you mean alert\.rule\?/,
  ],
  ['a match with a misspelt agent field', '- response: R\n  match: proc.nme = x\n  actions: [{delete: }]', /did you mean proc\.name\?/],
  ['two responses of one name', `- ${RESPONSE}\n- ${RESPONSE}`, /^4:3 duplicate_name/],
  [
    'a route to a channel by name',
    '- route: {name: r, slack: {channel: "#alerts"}}',
    /^1:\d+ invalid_rule route\.slack\.channel: expected a Slack channel id/,
  ],
  [
    'a permission without users',
    '- permission: P\n  slack: {app: A1B2, workspace: T1B2, channels: [C1B2], users: []}\n  actions: [isolate]',
    /slack\.users: /,
  ],
  [
    'a permission for an action that is none',
    '- permission: P\n  slack: {app: A1B2, workspace: T1B2, channels: [C1B2], users: [U1B2]}\n  actions: [explode]',
    /^3:\d+ invalid_rule actions\.0: /,
  ],
  ['a guard that nobody reads', '- guards: {protected_namespace: [x]}', /Unrecognized key: "protected_namespace"/],
  [
    'a correlation of a type that there is not',
    'title: T\ncorrelation: {type: events_count, rules: [a, b], group-by: [pod.name], timespan: 1m}',
    /^2:\d+ invalid_rule correlation\.type: expected one of event_count, value_count, /,
  ],
  [
    'a correlation by an unknown field',
    'title: T\ncorrelation: {type: temporal_ordered, rules: [a, b], group-by: [pod.nmae], timespan: 1m}',
    /unknown_field "pod\.nmae" is no field/,
  ],
  [
    'a timespan without a unit',
    'title: T\ncorrelation: {type: temporal_ordered, rules: [a, b], group-by: [pod.name], timespan: 10}',
    /^2:\d+ invalid_rule correlation\.timespan: /,
  ],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}`,
    /LOAD_ERR_YAML_PARSE .*alias/i,
  ],
])('%s is a problem with its place', (_name, text, expected) => {
  expect(problemsIn(text).join('\n')).toMatch(new RegExp(expected, 'm'))
})

test('rules with an error never start a process', () => {
  writeFileSync(join(folder.path, 'bad.yaml'), '- {rulez: 1}')
  expect(() => loadRulesOrThrow([folder.path])).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining('bad.yaml:1:3') }),
  )
  expect(() => loadRulesOrThrow([join(folder.path, 'nothing')])).toThrow(expect.objectContaining({ code: 'invalid_config' }))
})

test('several documents and nested folders are read, and null items passed over', () => {
  mkdirSync(join(folder.path, 'deep/er'), { recursive: true })
  writeFileSync(join(folder.path, 'deep/er/r.yml'), `- ${RESPONSE}\n-\n---\n- guards: {protected_namespaces: [prod]}\n---\n`)
  writeFileSync(join(folder.path, 'notes.txt'), 'not a rule')
  const { rules, problems } = loadRules([folder.path])
  expect(problems).toEqual([])
  expect(rules.responses).toHaveLength(1)
  expect(rules.guards.protected_namespaces).toContain('prod')
})

const SIGMA = (name: string) =>
  `---\ntitle: Rule ${name}\nname: ${name}\nlogsource: {product: falco}\ndetection: {s: {rule: ${name}}, condition: s}`
const CORRELATION = 'title: T\ncorrelation: {type: temporal_ordered, rules: [a, b], group-by: [pod.name], timespan: 1m}'
test.each([
  ['in a plain match', '- response: R\n  match: alert.rule = x and alert.rul = y\n  actions: [{delete: }]', '2:29'],
  ['in a quoted match', '- response: R\n  match: "alert.rul = y"\n  actions: [{delete: }]', '2:11'],
  ['in a folded match', '- response: R\n  match: >\n    alert.rule = x\n    and alert.rul = y\n  actions: [{delete: }]', '3:'],
  ['in a literal match', '- response: R\n  match: |\n    alert.rule = x and\n    alert.rul = y\n  actions: [{delete: }]', '4:1'],
])('an error %s is told at its place', (_name, text, place) => {
  expect(problemsIn(text)).toEqual([expect.stringMatching(new RegExp(`^${place}.*nonexistent field alert.rul`))])
})

test('a match that names a correlation which is not there is an error; where none is loaded at all, a warning', () => {
  const response = '- response: R\n  match: incident.correlation in (T, U)\n  actions: [{delete: }]'
  expect(problemsIn(`${CORRELATION}\n---\n${response}\n${SIGMA('a')}\n${SIGMA('b')}`)).toEqual([
    expect.stringMatching(/^5:38 unknown_correlation match: there is no correlation "U"/),
  ])
  expect(problemsIn(response)).toHaveLength(2)
  expect(loadRules([folder.path]).problems.every(({ severity }) => severity === 'warning')).toBe(true)
})

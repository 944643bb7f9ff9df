import { expect, test } from 'vitest'
import type { AuditEvent } from '../../../lib/audit/event.ts'
import { auditFields } from '../../../lib/audit/fields.ts'
import { splitAudit } from '../../../lib/audit/split.ts'
import { compileCondition } from '../../../lib/condition/compile.ts'
import { FALCO_FIELDS } from '../../../lib/condition/fields/falco.ts'
import { parseCondition } from '../../../lib/condition/parse.ts'
import { failureOf } from '../condition/matching.ts'
import { eventOf, eventWith, fieldValue, podWith, TIME } from './audit-event.ts'

// What Falco does otherwise than its documentation says, and rules in the wild are written for:
// | field                                   | what it does                                                               |
// |-----------------------------------------|----------------------------------------------------------------------------|
// | ka.sourceips                            | reads requestObject.rules[].sourceIPs, never the event's own: use jevt.value[/sourceIPs/0] |
// | ka.req.pod.*.eff_run_as_user, _group    | leave securityContext out: in practice "0" each; with an index absent      |
// | ka.req.pod.*.add_capabilities           | one JSON text a container, not one value a capability                      |
// | ka.req.service.ports                    | one JSON text of all ports; an index changes nothing                       |
// | ka.req.pod.*.image.repository           | ends at the first `:`, also that of a registry's port                      |
// | ka.req.pod.*.name, .image               | one container without it: absent for all                                   |
// | ka.req.pod.volumes.volume_type          | every key but `name`, whatever it is                                       |
// | ka.req.binding.subject.has_name         | always "true"                                                              |
// | ka.req.configmap.name                   | the name of any object                                                     |
// | ka.response.code                        | a text: it is ordered as one                                               |
// | doubled JSON keys                       | the first counts, where Kubernetes takes the last                          |
// Not done as Falco does: a transformed list that never matches, and join or concat that repeat their last field.

const holds = (condition: string, event: AuditEvent) => compileCondition(parseCondition(condition), auditFields)(event)

test('there is each field of the plugins, and the general ones', () => {
  const own = [...FALCO_FIELDS.keys()].filter((name) => /^(ka|jevt|json)\./.test(name))
  const general = 'num time time.s time.iso8601 datetime datetime.s rawtime rawtime.s rawtime.ns reltime reltime.s reltime.ns'
    .concat(' pluginname plugininfo source is_async asynctype hostname')
    .split(' ')
    .map((name) => `evt.${name}`)
  expect([...auditFields.fieldNames()].sort()).toEqual([...own, ...general].sort())
})

test.each([...auditFields.fieldNames()])('%s has the type of the field table', (name) => {
  const { type, list, argument } = FALCO_FIELDS.get(name) ?? {}
  expect(auditFields.field(name, argument === 'required' ? 'key' : undefined)).toMatchObject({ type, list })
})

test.each(['evt.type', 'evt.arg', 'proc.name', 'container.id', 'fd.name', 'ka', 'ka.verb.x', 'constructor', '__proto__', ''])(
  '%j is nonexistent',
  (name) => {
    expect(auditFields.field(name, undefined)).toBeUndefined()
  },
)

test.each([
  { condition: 'evt.type = open', message: /nonexistent field evt\.type/ },
  { condition: 'proc.name = cat', message: /nonexistent field proc\.name/ },
  { condition: 'ka.uri.param = x', message: /requires an argument but none provided/ },
  { condition: 'jevt.value exists', message: /requires an argument but none provided/ },
  { condition: 'ka.verb[0] = get', message: /does not allow nor require an argument/ },
  { condition: 'ka.user.groups[0] in (a)', message: /does not allow nor require an argument/ },
  { condition: 'ka.req.pod.containers.image[01] in (a)', message: /index/ },
  { condition: 'ka.req.pod.containers.image[-1] in (a)', message: /index/ },
  { condition: 'ka.req.pod.containers.image[a] in (a)', message: /index/ },
  { condition: 'ka.req.pod.containers.image[0] = a', message: /not supported|operator/ },
])('$condition is refused', ({ condition, message }) => {
  expect(failureOf(() => compileCondition(parseCondition(condition), auditFields)).message).toMatch(message)
})

test.each([
  { condition: 'ka.verb != get', holds: false },
  { condition: 'not ka.verb = get', holds: true },
  { condition: 'ka.stage exists', holds: true },
  { condition: 'ka.response.code >= 400', holds: true },
  { condition: 'ka.response.code < 5', holds: true },
  { condition: 'ka.req.pod.containers.image in (a, b)', holds: true },
  { condition: 'ka.req.pod.containers.image[1] in (b)', holds: true },
  { condition: 'ka.req.pod.containers.image intersects (b, c)', holds: true },
  { condition: 'len(ka.req.pod.containers.image) = 2', holds: true },
  { condition: 'len(ka.user.groups) = 0', holds: false },
  { condition: 'jevt.value[/responseStatus/code] = 403', holds: true },
  { condition: 'evt.num = 1 and evt.is_async = false and evt.source = k8s_audit', holds: true },
  { condition: 'evt.rawtime = 1714979289000000001', holds: true },
  { condition: 'evt.num >= -1', holds: false },
])('$condition → $holds', ({ condition, holds: expected }) => {
  const event = eventWith({ stage: '', responseStatus: { code: 403 }, user: { groups: [] }, ...podWith([{ image: 'a' }, { image: 'b' }]) })
  expect(holds(condition, event)).toBe(expected)
})

test.each([
  ['evt.num', 2],
  ['evt.time', '07:08:10.000000002'],
  ['evt.time.s', '07:08:10'],
  ['evt.time.iso8601', '2024-05-06T07:08:10.000000002+0000'],
  ['evt.datetime', '2024-05-06 07:08:10.000000002'],
  ['evt.datetime.s', '2024-05-06 07:08:10'],
  ['evt.rawtime', 1714979290000000002n],
  ['evt.rawtime.s', 1714979290n],
  ['evt.rawtime.ns', 2n],
  ['evt.reltime', 1000000001n],
  ['evt.reltime.s', 1n],
  ['evt.reltime.ns', 1n],
  ['evt.source', 'k8s_audit'],
  ['evt.pluginname', 'k8saudit'],
  ['evt.plugininfo', '{"stageTimestamp":"2024-05-06T07:08:10.000000002Z"}'],
  ['evt.is_async', false],
  ['evt.asynctype', undefined],
  ['evt.hostname', undefined],
  ['jevt.rawtime', '1714979290000000002'],
  ['json.rawtime', '1714979290000000002'],
  ['ka.verb', undefined],
] as const)('%s of a payload’s second event is %s', (field, value) => {
  const [, second] = splitAudit(
    `{"kind":"EventList","items":[{"stageTimestamp":"${TIME}"},{"stageTimestamp":"2024-05-06T07:08:10.000000002Z"}]}`,
  ).events
  expect(second && fieldValue(field, second)).toBe(value)
})

test('an event that is earlier than the first has no negative time', () => {
  const [, second] = splitAudit(
    `{"kind":"EventList","items":[{"stageTimestamp":"${TIME}"},{"stageTimestamp":"2024-01-01T00:00:00Z"}]}`,
  ).events
  expect(second && fieldValue('evt.reltime', second)).toBe(0n)
})

test.each(['json', 'jevt'])('%s.value follows a pointer', (prefix) => {
  const event = eventWith('"a":{"b/c":[10,{"~d":"\\u0077"}],"":"empty","n":null,"o":{ "x" : 1.50 }},"0":"zero"')
  for (const [pointer, value] of [
    ['/a/b~1c/0', '10'],
    ['a/b~1c/0', '10'],
    ['/a/b~1c/01', '{"~d":"\\u0077"}'],
    ['/a/b~1c/1/~0d', 'w'],
    ['/a/b~1c/2', undefined],
    ['/a/b~1c/-1', undefined],
    ['/a/b~1c/x', undefined],
    ['/a/b~1c', '[10,{"~d":"\\u0077"}]'],
    ['/a/', 'empty'],
    ['/a/n', 'null'],
    ['/a/o', '{"x":1.50}'],
    ['/0', 'zero'],
    ['/a/n/x', undefined],
    ['/missing', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['', event.text],
    ['/', undefined],
  ] as const) {
    expect(fieldValue(`${prefix}.value[${pointer}]`, event), pointer).toBe(value)
  }
})

test('~01 in a pointer is ~1', () => {
  expect(fieldValue('jevt.value[/~01]', eventWith({ '~1': 'x' }))).toBe('x')
})

test('json.obj is the whole event, indented', () => {
  const event = eventOf(`{"stageTimestamp":"${TIME}","a":[1.50,"{\\u0077, :}",[],{}],"b":{"c":{"d":null}}}`)
  const lines = [
    '{',
    `  "stageTimestamp": "${TIME}",`,
    '  "a": [',
    '    1.50,',
    '    "{\\u0077, :}",',
    '    [],',
    '    {}',
    '  ],',
    '  "b": {',
    '    "c": {',
    '      "d": null',
    '    }',
    '  }',
    '}',
  ]
  expect(fieldValue('json.obj', event)).toBe(lines.join('\n'))
  expect(fieldValue('jevt.obj', event)).toBe(lines.join('\n'))
})

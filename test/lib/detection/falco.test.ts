import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Detection } from '../../../lib/detection/detection.ts'
import { readFalco } from '../../../lib/detection/falco.ts'
import { parseJson } from '../../../lib/detection/json.ts'
import { readAlert } from '../../../lib/detection/read.ts'
import { nanoseconds } from '../../../lib/detection/time.ts'
import { nearly } from '../../support/agents.ts'
import { allRecorded, recorded } from '../../support/recorded.ts'

const ORIGIN = { cluster: 'prod', receivedMs: 1_795_500_000_000 }
const read = (alert: string, origin = {}) => readAlert({ agent: 'falco', alert, ...ORIGIN, ...origin })
const detectionOf = (alert: string, origin = {}) => {
  const reading = read(alert, origin)
  return reading.kind === 'detection' ? reading.detection : expect.fail(JSON.stringify(reading))
}
const [shell = '', shadow = ''] = recorded('k8s_shell_then_shadow')
const with_ = (changes: object) => JSON.stringify({ ...JSON.parse(shell), ...changes })

test.each(allRecorded())('$name is read', ({ line }) => {
  const detection = detectionOf(line)
  expect(() => Detection.parse(detection)).not.toThrow()
  expect(detection.rule).toBe(JSON.parse(line).rule)
})

test('evt.time beyond 2^53 is read without loss, and so is the time', () => {
  const { fields, timeNs } = detectionOf(shadow)
  expect(fields['evt.time']).toBe('1795495758036080087')
  expect(timeNs).toBe('1795495758036080087')
})

test('a clock that is more than five minutes ahead is not believed: the time of arrival stands, and by how much is told', () => {
  const times = ['2026-11-24T06:05:00Z', '2026-11-24T06:05:00.001Z', '2500-01-01T00:00:00Z', '2026-11-20T00:00:00Z']
  const [near, far, century, late] = times.map((time) => detectionOf(with_({ time })))
  expect(near).toMatchObject({ timeNs: '1795500300000000000' })
  expect(near).not.toHaveProperty('aheadMs')
  expect(far).toMatchObject({ timeNs: '1795500000000000000', aheadMs: 300_001 })
  expect(century).toMatchObject({ timeNs: '1795500000000000000', aheadMs: expect.any(Number) })
  expect(late).not.toHaveProperty('aheadMs')
})

test('null, numbers, booleans and arrays of output_fields stay what they are', () => {
  const output_fields = { a: null, b: 1.5, c: true, d: ['x', 1, null], e: -1, f: { g: 1 } }
  expect(detectionOf(with_({ output_fields })).fields).toEqual({ a: null, b: 1.5, c: true, d: ['x', 1, null], e: -1, f: '{"g":1}' })
})

test.each([
  ['empty', {}],
  ['absent', undefined],
  ['null', null],
])('output_fields that are %s are no reason to refuse', (_name, output_fields) => {
  expect(detectionOf(with_({ output_fields }))).toMatchObject({ rule: 'Terminal shell in container', fields: {} })
})

test('the pod, the container and its image are found', () => {
  expect(detectionOf(shell)).toMatchObject({
    pod: { namespace: 'payments', name: 'payments-api-6c9f8d7b54-x2x7k' },
    container: { id: '8114e6b6fb8e', name: 'api', image: 'docker.io/library/debian:12-slim' },
    severity: 2,
    mitre: ['T1059'],
    message: expect.stringMatching(/^A shell was spawned/),
  })
})

test('a process of the node has no container and no pod, whatever names its fields have', () => {
  const [host = ''] = recorded('host_read_shadow')
  expect(detectionOf(host)).not.toHaveProperty('pod')
  const forged = JSON.parse(host)
  Object.assign(forged.output_fields, { 'k8s.ns.name': 'shop', 'k8s.pod.name': 'web' })
  expect(detectionOf(JSON.stringify(forged))).not.toHaveProperty('pod')
})

test.each([
  ['a pod name that no pod can have', { 'k8s.ns.name': 'shop', 'k8s.pod.name': '../../nodes/x' }],
  ['dots for names', { 'k8s.ns.name': '..', 'k8s.pod.name': '..' }],
  ['a namespace with a slash', { 'k8s.ns.name': 'a/b', 'k8s.pod.name': 'web' }],
  ['a name of 300 characters', { 'k8s.ns.name': 'shop', 'k8s.pod.name': 'a'.repeat(300) }],
])('%s makes a detection that is about no pod', (_name, output_fields) => {
  expect(detectionOf(with_({ output_fields }))).not.toHaveProperty('pod')
})

test('a container whose names have not come yet has an id and no pod', () => {
  const [early = ''] = recorded('raw_host_default_engines')
  expect(detectionOf(early)).toMatchObject({ container: { id: '5dcd3a80c14e' } })
  expect(detectionOf(early)).not.toHaveProperty('pod')
})

test.each([
  ['Falco internal: syscall event drop', 'internal'],
  ['Falco internal: hot restart failure', 'syscall'],
  ['Some rule', 'internal'],
])('%s of source %s is the agent speaking of itself', (rule, source) => {
  expect(read(with_({ rule, source, output_fields: {} }))).toMatchObject({ kind: 'internal', rule })
})

test.each([
  ['not JSON', '{"rule":', 'not JSON'],
  ['an array', '[]', 'expected object'],
  ['no rule', with_({ rule: undefined }), 'rule: '],
  ['an empty rule', with_({ rule: '' }), 'rule: '],
  ['a numeric rule', with_({ rule: 7 }), 'rule: '],
  [
    'an unknown priority',
    with_({ priority: 'Catastrophe' }),
    'priority: expected one of Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug, got "Catastrophe"',
  ],
  ['no time', with_({ time: undefined }), 'time: '],
  ['a rule too long', with_({ rule: 'r'.repeat(257) }), 'rule: '],
  ['a host name too long', with_({ hostname: 'h'.repeat(254) }), 'hostname: '],
  ['a time that is none', with_({ time: 'yesterday' }), 'time: expected RFC 3339, got "yesterday"'],
  ['tags that are no list', with_({ tags: 'T1059' }), 'tags: '],
  ['output_fields that are a list', with_({ output_fields: [] }), 'output_fields: '],
])('%s is refused, and told which field', (_name, alert, reason) => {
  expect(read(alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
})

test.each([
  ['warning', 'Warning', 3],
  ['CRITICAL', 'Critical', 5],
  ['info', 'Informational', 1],
])('priority %s is %s', (priority, proper, severity) => {
  expect(detectionOf(with_({ priority }))).toMatchObject({ priority: proper, severity })
})

test('the id is the same for the same content, in whatever order its keys and tags came', () => {
  const alert = JSON.parse(shell)
  const turned = Object.fromEntries(Object.entries({ ...alert, output_fields: undefined }).reverse())
  // parse and print would lose digits of evt.time, so the field is moved as text
  const fields = /"output_fields":\{.*?\}/.exec(shell)?.[0] ?? ''
  const again = JSON.stringify({ ...turned, tags: alert.tags.toReversed() }).replace(/\}$/, `,${fields}}`)
  expect(detectionOf(again).id).toBe(detectionOf(shell).id)
})

test.each([
  ['time', with_({ time: '2026-11-24T04:49:18.016735355Z' })],
  ['rule', with_({ rule: 'Another' })],
  ['host', with_({ hostname: 'other' })],
  ['a field', with_({ output_fields: { x: 1 } })],
])('the id is another when %s is', (_name, alert) => {
  expect(detectionOf(alert).id).not.toBe(detectionOf(shell).id)
})

test('the id is another in another cluster', () => {
  expect(detectionOf(shell, { cluster: 'a' }).id).not.toBe(detectionOf(shell, { cluster: 'b' }).id)
})

test('no two of the recorded alerts have the same id', () => {
  const ids = allRecorded().map(({ line }) => detectionOf(line).id)
  const lines = new Set(allRecorded().map(({ line }) => line))
  expect(new Set(ids).size).toBe(lines.size)
})

test.each([
  ['1970-01-01T00:00:00Z', '0'],
  ['2026-11-24T04:49:18.016735354Z', '1795495758016735354'],
  ['2026-11-24T04:49:18.5Z', '1795495758500000000'],
  ['2026-11-24T05:49:18.016735354+01:00', '1795495758016735354'],
  ['2026-11-24 04:49:18Z', undefined],
  ['2026-13-24T04:49:18Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
])('%s is %s ns', (time, expected) => {
  expect(nanoseconds(time)).toBe(expected)
})

test('no JSON value whatever makes the reader throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => ['detection', 'internal', 'refused'].includes(readFalco(value, ORIGIN).kind)))
  const field = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()))
  const shape = fc.record({
    rule: field,
    priority: fc.oneof(field, fc.constant('Notice')),
    time: field,
    tags: field,
    output_fields: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  fc.assert(fc.property(shape, (value) => ['detection', 'internal', 'refused'].includes(read(JSON.stringify(value)).kind)))
})

test('nor does any that is nearly an alert', () => {
  const kinds = ['detection', 'internal', 'refused']
  fc.assert(fc.property(nearly(JSON.parse(shell)), (value) => kinds.includes(readFalco(value, ORIGIN).kind)))
})

test.each([
  ['9007199254740993', '9007199254740993'],
  ['-9007199254740993', '-9007199254740993'],
  ['9007199254740991', 9007199254740991],
  ['1.5', 1.5],
  ['1e400', Number.POSITIVE_INFINITY],
])('the JSON number %s is read as %s', (text, expected) => {
  expect(parseJson(text)).toBe(expected)
})

test('a __proto__ key is dropped', () => {
  const parsed = parseJson('{"a":{"__proto__":{"polluted":1},"b":2}}')
  expect(parsed).toEqual({ a: { b: 2 } })
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

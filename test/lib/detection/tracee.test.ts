import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../../lib/detection/json.ts'
import { agentOf } from '../../../lib/detection/read.ts'
import { readTracee } from '../../../lib/detection/tracee.ts'
import { changed, detectionIn, nearly, ORIGIN, readingOf, sample, turned } from '../../support/agents.ts'

const EVENT = sample('tracee')
const parsed = parseJson(EVENT)
// what a release before v1beta1 prints of a signature, after tracee/types/trace/trace.go
const LEGACY = `{"timestamp":1789899330123456789,"processId":17,"hostProcessId":48213,"userId":0,"processName":"strace","executable":{"path":"/usr/bin/strace"},
  "hostName":"web-6d5f7c9b8-x","containerId":"5f2c1f0e9c6b","container":{"id":"5f2c1f0e9c6b4c0f","name":"web","image":"docker.io/library/alpine:3.20"},
  "kubernetes":{"podName":"web-6d5f7c9b8-x2k4q","podNamespace":"shop","podUID":"6a0b7d0e-9d0f"},"eventId":"6018","eventName":"anti_debugging",
  "matchedPolicies":["default"],"argsNum":1,"args":[{"name":"triggeredBy","type":"unknown","value":{"id":101,"name":"ptrace","args":[
  {"name":"pathname","type":"const char*","value":"/proc/1/mem"},{"name":"argv","type":"const char*const*","value":["strace","ls"]},
  {"name":"remote_addr","type":"struct sockaddr*","value":{"sa_family":"AF_INET","sin_addr":"1.2.3.4","sin_port":"80"}}]}}],
  "metadata":{"Version":"1","Description":"A process used anti-debugging techniques","Tags":null,"Properties":{"Category":"defense-evasion",
  "Severity":1,"Technique":"Debugger Evasion","external_id":"T1622","signatureID":"TRC-102","signatureName":"Anti-Debugging detected"}}}`
const legacy = parseJson(LEGACY)
const detect = (alert: unknown, origin = {}) => detectionIn('tracee', alert, origin)
const read = (alert: unknown) => readingOf('tracee', alert)

test('an event with a threat is read', () => {
  expect(detect(EVENT)).toMatchObject({
    agent: 'tracee',
    rule: 'New executable dropped',
    severity: 3,
    priority: 'MEDIUM',
    source: 'dropped_executable',
    timeNs: '1789899330123456789',
    cluster: 'stamped',
    node: 'stamped-node',
    pod: { namespace: 'shop', name: 'web-6d5f7c9b8-x2k4q', uid: '6a0b7d0e-9d0f-4a35-8f0b-2f8a4b1f7c11' },
    container: { id: expect.stringMatching(/^5f2c1f0e9c6b/), name: 'web', image: 'docker.io/library/alpine:3.20' },
    process: { exe: '/bin/busybox' },
    file: '/tmp/xmrig',
    user: 'uid 0',
    message: 'An executable was written in the container at runtime',
    mitre: ['T1036'],
  })
})

test('a legacy event of a signature is read', () => {
  expect(detect(LEGACY)).toMatchObject({
    rule: 'Anti-Debugging detected',
    severity: 2,
    priority: 'LOW',
    source: 'anti_debugging',
    timeNs: '1789899330123456789',
    node: 'stamped-node',
    pod: { namespace: 'shop', name: 'web-6d5f7c9b8-x2k4q', uid: '6a0b7d0e-9d0f' },
    container: { id: '5f2c1f0e9c6b4c0f', name: 'web', image: 'docker.io/library/alpine:3.20' },
    process: { exe: '/usr/bin/strace', cmdline: 'strace ls' },
    file: '/proc/1/mem',
    connection: '->1.2.3.4:80',
    user: 'uid 0',
    message: 'A process used anti-debugging techniques',
    tags: [],
    mitre: ['T1622'],
  })
})

test.each([
  ['workload.process.executable.path', EVENT, '/bin/busybox'],
  ['data.path', EVENT, '/tmp/xmrig'],
  ['data.size', EVENT, '8123456'],
  ['detected_from.data.pathname', EVENT, '/tmp/xmrig'],
  ['threat.mitre.technique.id', EVENT, 'T1036'],
  ['policies.matched', EVENT, ['runtime-default']],
  ['timestamp', LEGACY, '1789899330123456789'],
  ['executable.path', LEGACY, '/usr/bin/strace'],
  ['args.triggeredBy.name', LEGACY, 'ptrace'],
  ['hostName', LEGACY, 'web-6d5f7c9b8-x'],
])('the field %s is Tracee’s own', (name, alert, value) => {
  expect(detect(alert).fields[name]).toEqual(value)
})

test.each([
  [0, 'INFO', 1],
  [1, 'LOW', 2],
  [2, 'MEDIUM', 3],
  [3, 'HIGH', 4],
  [4, 'CRITICAL', 5],
  ['HIGH', 'HIGH', 4],
  [undefined, 'INFO', 1],
])('threat.severity %s is %s, %i', (given, priority, severity) => {
  expect(detect(changed(parsed, 'threat.severity', given))).toMatchObject({ priority, severity })
})

test('a legacy signature that declares no severity has none', () => {
  expect(detect(changed(legacy, 'metadata.Properties.Severity', undefined))).toMatchObject({ severity: 0, priority: '' })
})

test.each([
  ['no threat', changed(parsed, 'threat', undefined), 'dropped_executable without threat'],
  ['a threat of null', changed(parsed, 'threat', null), 'dropped_executable without threat'],
  ['a legacy event without metadata', changed(legacy, 'metadata', undefined), 'anti_debugging without threat'],
  ['a legacy event of no signature', changed(legacy, 'metadata.Properties', { Category: 'x' }), 'anti_debugging without threat'],
  ['a long name', { name: 'n'.repeat(256), timestamp: '', workload: {} }, `${'n'.repeat(60)}… without threat`],
])('%s is telemetry', (_name, alert, what) => {
  expect(agentOf(alert)).toBe('tracee')
  expect(read(alert)).toEqual({ kind: 'telemetry', what })
})

test('the shape of the releases between is read: wrapped numbers, a time in seconds, the pod beside the workload', () => {
  const { workload, ...event } = JSON.parse(EVENT)
  const between = {
    ...event,
    timestamp: { seconds: '1789899330', nanos: 5 },
    workload: {
      process: { ...workload.process, pid: { value: 17 }, real_user: { id: { value: 1000 } } },
      pod: workload.k8s.pod,
      namespace: workload.k8s.namespace,
    },
    data: [{ name: 'argv', str_array: { value: ['sh', '-c', 'id'] } }],
  }
  const detection = detect(between)
  expect(detection).toMatchObject({
    timeNs: '1789899330000000005',
    pod: { name: 'web-6d5f7c9b8-x2k4q' },
    process: { cmdline: 'sh -c id' },
    user: 'uid 1000',
  })
  expect(detection.fields).toMatchObject({ 'workload.process.pid': 17, 'data.argv': ['sh', '-c', 'id'] })
})

test.each([
  ['remote_addr', [{ name: 'remote_addr', sockaddr: { sa_family: 'AF_INET', sin_addr: '1.2.3.4', sin_port: 443 } }], '->1.2.3.4:443'],
  ['addr of IPv6', [{ name: 'addr', value: { sa_family: 10, sin6_addr: 'fd00::1', sin6_port: 53 } }], '->[fd00::1]:53'],
  [
    'src and dst',
    [
      { name: 'src', str: '10.0.0.7' },
      { name: 'src_port', int32: 1 },
      { name: 'dst', str: '1.2.3.4' },
      { name: 'dst_port', int32: 80 },
    ],
    '10.0.0.7:1->1.2.3.4:80',
  ],
])('the connection is found in %s', (_name, data, connection) => {
  expect(detect(changed(parsed, 'data', data))).toMatchObject({ connection })
})

test('data of any kind is a field', () => {
  const data = [
    { name: 'value', value: 18 },
    { name: 'flag', bool: true },
    { name: 'nothing' },
    { name: 'list', int32_array: { value: [1, 2] } },
    { name: 'deep', struct: { a: { b: 1 } } },
  ]
  const { fields } = detect(changed(parsed, 'data', data))
  expect(fields).toMatchObject({ 'data.value': 18, 'data.flag': true, 'data.nothing': null, 'data.list': [1, 2], 'data.deep.a.b': 1 })
})

test('the event’s name stands for a threat’s that is empty', () => {
  expect(detect(changed(parsed, 'threat.name', '')).rule).toBe('dropped_executable')
  expect(detect(changed(legacy, 'metadata.Properties.signatureName', undefined)).rule).toBe('anti_debugging')
})

test('the legacy hostName is the node’s for a process of the node, and never for a container’s, where it is the pod’s', () => {
  expect(detect(changed(changed(legacy, 'container', {}), 'containerId', '')).node).toBe('web-6d5f7c9b8-x')
  expect(detect(LEGACY, { node: undefined })).not.toHaveProperty('node')
})

test.each([
  ['a pod name that no pod can have', changed(parsed, 'workload.k8s.pod.name', '../../nodes/x')],
  ['no namespace', changed(parsed, 'workload.k8s.namespace', undefined)],
  ['a legacy namespace with a slash', changed(legacy, 'kubernetes.podNamespace', 'a/b')],
])('%s makes a detection that is about no pod', (_name, alert) => {
  expect(detect(alert)).not.toHaveProperty('pod')
})

test.each([
  ['v1beta1', changed(parsed, 'timestamp', '2500-01-01T00:00:00Z')],
  ['legacy', changed(legacy, 'timestamp', '16725225600000000000')],
])('a clock that is more than a day ahead is not believed, %s: the time of arrival stands', (_name, alert) => {
  expect(detect(alert).timeNs).toBe('1795500000000000000')
})

test.each([
  ['a threat’s name too long', changed(parsed, 'threat.name', 'p'.repeat(257)), 'threat.name: '],
  [
    'an unknown severity',
    changed(parsed, 'threat.severity', 9),
    'threat.severity: expected 0 to 4, or one of INFO, LOW, MEDIUM, HIGH, CRITICAL',
  ],
  ['an empty name', changed(parsed, 'name', ''), 'name: '],
  ['data without names', changed(parsed, 'data', [{ str: 'x' }]), 'data.0.name: '],
  ['no time', changed(parsed, 'timestamp', undefined), 'timestamp: '],
  ['a time that is none', changed(parsed, 'timestamp', 'yesterday'), 'timestamp: expected RFC 3339, got "yesterday"'],
  ['a legacy time that is a text', changed(legacy, 'timestamp', 'yesterday'), 'timestamp: '],
  ['a legacy time before 1970', changed(legacy, 'timestamp', -5), 'timestamp: expected nanoseconds since 1970, got "-5"'],
  ['a legacy host name too long', changed(legacy, 'hostName', 'h'.repeat(254)), 'hostName: '],
  ['a legacy severity of 7', changed(legacy, 'metadata.Properties.Severity', 7), 'metadata.Properties.Severity: '],
  ['a list', [], 'the whole: '],
])('%s is refused, and told which field', (_name, alert, reason) => {
  expect(read(alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
})

test.each([
  ['v1beta1', EVENT],
  ['legacy', LEGACY],
])('the id is the same for the same content, in whatever order its keys came, %s', (_name, text) => {
  expect(detect(turned(parseJson(text))).id).toBe(detect(text).id)
})

test.each([
  ['the time', changed(parsed, 'timestamp', '2026-09-20T10:15:30.123456780Z')],
  ['the threat', changed(parsed, 'threat.name', 'other')],
  ['the data', changed(parsed, 'data.0.str', '/tmp/other')],
  ['the process', changed(parsed, 'workload.process.unique_id', 1)],
])('the id is another when %s is', (_name, alert) => {
  expect(detect(alert).id).not.toBe(detect(EVENT).id)
})

test('the id is another in another cluster, and on another node', () => {
  expect(detect(EVENT, { cluster: 'other' }).id).not.toBe(detect(EVENT).id)
  expect(detect(EVENT, { node: 'other' }).id).not.toBe(detect(EVENT).id)
})

test('argv whose words are no texts, and texts without end, do no harm', () => {
  const data = [{ name: 'argv', value: ['sh', { toString: 1 }, 'x'.repeat(10_000)] }]
  expect(detect(changed(parsed, 'data', data)).process?.cmdline).toHaveLength(4096)
})

test('no JSON value whatever makes the reader throw', () => {
  const kinds = ['detection', 'telemetry', 'refused']
  fc.assert(fc.property(fc.jsonValue(), (value) => kinds.includes(readTracee(value, ORIGIN).kind)))
  fc.assert(fc.property(fc.oneof(nearly(parsed), nearly(legacy)), (value) => kinds.includes(readTracee(value, ORIGIN).kind)))
})

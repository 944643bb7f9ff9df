import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../../lib/detection/json.ts'
import { agentOf } from '../../../lib/detection/read.ts'
import { readTetragon } from '../../../lib/detection/tetragon.ts'
import { changed, detectionIn, nearly, ORIGIN, readingOf, sample, turned } from '../../support/agents.ts'

const KPROBE = sample('tetragon')
const parsed = parseJson(KPROBE)
const { process_kprobe: inner, ...around } = JSON.parse(KPROBE)
const detect = (alert: unknown, origin = {}) => detectionIn('tetragon', alert, origin)
const read = (alert: unknown) => readingOf('tetragon', alert)
const with_ = (path: string, value: unknown) => changed(parsed, `process_kprobe.${path}`, value)
const as = (kind: string, changes = {}) => ({ ...around, [kind]: { ...inner, ...changes } })

test('a policy’s event is read', () => {
  expect(detect(KPROBE)).toMatchObject({
    agent: 'tetragon',
    rule: 'file-monitoring',
    severity: 3,
    priority: '',
    source: 'process_kprobe',
    timeNs: '1789899330123456789',
    cluster: 'stamped',
    node: 'ip-10-0-1-12',
    pod: { namespace: 'shop', name: 'web-6d5f7c9b8-x2k4q', uid: '6a0b7d0e-9d0f-4a35-8f0b-2f8a4b1f7c11' },
    container: {
      id: '5f2c1f0e9c6b4c0f8f6f6f1b1f0d9a7e6c5b4a39281706f5e4d3c2b1a0987654',
      name: 'web',
      image: 'docker.io/library/alpine:3.20',
    },
    process: { exe: '/bin/cat', cmdline: '/bin/cat /etc/shadow' },
    file: '/etc/shadow',
    user: 'uid 0',
    message: 'Sensitive file read',
    tags: ['observability.filesystem', 'mitre.t1003'],
    mitre: ['T1003'],
  })
})

test.each([
  ['process.binary', '/bin/cat'],
  ['process.pod.namespace', 'shop'],
  ['process.in_init_tree', false],
  ['parent.binary', '/bin/sh'],
  ['function_name', 'security_file_permission'],
  ['args.file_arg.path[0]', '/etc/shadow'],
  ['args.int_arg[1]', 4],
  ['cluster_name', 'prod'],
  ['tags', ['observability.filesystem', 'mitre.t1003']],
])('the field %s is Tetragon’s own', (name, value) => {
  expect(detect(KPROBE).fields[name]).toEqual(value)
})

test.each(['process_exec', 'process_kprobe', 'process_tracepoint', 'process_uprobe', 'process_lsm', 'process_usdt', 'process_loader'])(
  '%s is a detection with a policy, and telemetry without',
  (kind) => {
    expect(agentOf(as(kind))).toBe('tetragon')
    expect(detect(as(kind))).toMatchObject({ source: kind, rule: 'file-monitoring' })
    expect(read(as(kind, { policy_name: undefined }))).toEqual({ kind: 'telemetry', what: `${kind} without policy` })
    expect(read(as(kind, { policy_name: '' }))).toEqual({ kind: 'telemetry', what: `${kind} without policy` })
  },
)

test.each(['process_exit', 'process_throttle'])('%s is always telemetry', (kind) => {
  expect(agentOf(as(kind))).toBe('tetragon')
  expect(read(as(kind))).toEqual({ kind: 'telemetry', what: kind })
})

test.each([
  ['two kinds at once', { ...as('process_exec'), process_exit: {} }],
  ['no kind', around],
  ['a list', []],
  ['null', null],
])('%s is no Tetragon event', (_name, alert) => {
  expect(agentOf(alert)).toBeUndefined()
  expect(read(alert)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/^Tetragon alert: the whole: /) })
})

test.each([
  ['sock_arg', { saddr: '10.0.0.7', sport: 52044, daddr: '1.2.3.4', dport: 443 }, '10.0.0.7:52044->1.2.3.4:443'],
  ['skb_arg', { saddr: '::1', sport: 1, daddr: 'fd00::2', dport: 53 }, '[::1]:1->[fd00::2]:53'],
  ['sock_arg', { daddr: '1.2.3.4' }, '->1.2.3.4'],
  ['sockaddr_arg', { family: 'AF_INET', addr: '1.2.3.4', port: 22 }, '->1.2.3.4:22'],
])('the connection of a %s is found', (kind, argument, connection) => {
  const detection = detect(with_('args', [{ int_arg: 1 }, { [kind]: argument }]))
  expect(detection).toMatchObject({ connection })
  expect(detection).not.toHaveProperty('file')
})

test.each([
  ['path_arg', { path: '/etc/passwd' }],
  ['linux_binprm_arg', { path: '/etc/passwd' }],
])('the file of a %s is found', (kind, argument) => {
  expect(detect(with_('args', [{ [kind]: argument }]))).toMatchObject({ file: '/etc/passwd' })
})

test('without the pod, the shortened id in `docker` is the container’s', () => {
  const detection = detect(with_('process.pod', undefined))
  expect(detection.container).toEqual({ id: '5f2c1f0e9c6b4c0f8f6f6f1b1f0d9a7' })
  expect(detection).not.toHaveProperty('pod')
})

test('a process of the node has neither pod nor container', () => {
  const detection = detect(changed(with_('process.pod', undefined), 'process_kprobe.process.docker', undefined))
  expect(detection).not.toHaveProperty('pod')
  expect(detection).not.toHaveProperty('container')
})

test.each([
  [{ function_name: 'tcp_connect' }, 'tcp_connect by /bin/cat /etc/shadow'],
  [{ function_name: '', subsys: 'syscalls', event: 'sys_enter_ptrace' }, 'syscalls/sys_enter_ptrace by /bin/cat /etc/shadow'],
  [{ function_name: '', symbol: 'readline' }, 'readline by /bin/cat /etc/shadow'],
])('a policy without a message is told by what was called: %j', (changes, message) => {
  expect(detect(as('process_kprobe', { ...changes, message: '' })).message).toBe(message)
})

test.each([
  ['a pod name that no pod can have', 'process.pod.name', '../../nodes/x'],
  ['a namespace with a slash', 'process.pod.namespace', 'a/b'],
  ['a name of 300 characters', 'process.pod.name', 'a'.repeat(300)],
])('%s makes a detection that is about no pod', (_name, path, value) => {
  expect(detect(with_(path, value))).not.toHaveProperty('pod')
})

test('without a node’s name the forwarder’s stands', () => {
  expect(detect({ ...around, process_kprobe: inner, node_name: '' }).node).toBe('stamped-node')
})

test('a clock that is more than a day ahead is not believed: the time of arrival stands', () => {
  expect(detect(changed(parsed, 'time', '2500-01-01T00:00:00Z')).timeNs).toBe('1795500000000000000')
})

test('numbers that a JSON number cannot hold survive', () => {
  const text = KPROBE.replace('{"int_arg":4}', '{"size_arg":18446744073709551615}')
  expect(detect(text).fields['args.size_arg[1]']).toBe('18446744073709551615')
})

test.each([
  ['a policy’s name too long', with_('policy_name', 'p'.repeat(257)), 'process_kprobe.policy_name: '],
  ['a numeric policy', with_('policy_name', 7), 'process_kprobe.policy_name: '],
  ['tags that are no list', with_('tags', 'T1059'), 'process_kprobe.tags: '],
  ['a pod that is a text', with_('process.pod', 'web'), 'process_kprobe.process.pod: '],
  ['an event that is a text', { ...around, process_kprobe: 'x' }, 'process_kprobe: '],
  ['a node’s name too long', changed(parsed, 'node_name', 'n'.repeat(254)), 'node_name: '],
  ['no time', changed(parsed, 'time', undefined), 'time: '],
  ['a time that is none', changed(parsed, 'time', 'yesterday'), 'time: expected RFC 3339, got "yesterday"'],
  ['not JSON', '{"process_kprobe":', 'not JSON'],
])('%s is refused, and told which field', (_name, alert, reason) => {
  expect(read(alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
})

test('fields are bounded: 200 of them, the shallowest first, texts of 4096 characters', () => {
  const pod_labels = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`label-${index}`, 'x']))
  const big = changed(with_('process.pod.pod_labels', pod_labels), 'process_kprobe.process.arguments', 'a'.repeat(10_000))
  const { fields, process } = detect(big)
  expect(Object.keys(fields)).toHaveLength(200)
  expect(fields).toMatchObject({ policy_name: 'file-monitoring', 'process.binary': '/bin/cat', 'process.arguments': 'a'.repeat(4096) })
  expect(process?.cmdline).toHaveLength(4096)
  const long = detect(
    with_(
      'args',
      Array(1000)
        .fill('x'.repeat(100))
        .map((string_arg) => ({ string_arg })),
    ),
  )
  expect(Object.keys(long.fields)).toHaveLength(200)
})

test('the id is the same for the same content, in whatever order its keys came', () => {
  expect(detect(turned(parsed)).id).toBe(detect(KPROBE).id)
  expect(detect(KPROBE, { receivedMs: 1_795_600_000_000 }).id).toBe(detect(KPROBE).id)
})

test.each([
  ['the time', changed(parsed, 'time', '2026-09-20T10:15:30.123456780Z')],
  ['the node', changed(parsed, 'node_name', 'other')],
  ['the policy', with_('policy_name', 'other')],
  ['an argument', with_('args.1.int_arg', 5)],
  ['the process', with_('process.exec_id', 'other')],
])('the id is another when %s is', (_name, alert) => {
  expect(detect(alert).id).not.toBe(detect(KPROBE).id)
})

test('the id is another in another cluster', () => {
  expect(detect(KPROBE, { cluster: 'other' }).id).not.toBe(detect(KPROBE).id)
})

test('no JSON value whatever makes the reader throw', () => {
  const kinds = ['detection', 'telemetry', 'refused']
  fc.assert(fc.property(fc.jsonValue(), (value) => kinds.includes(readTetragon(value, ORIGIN).kind)))
  fc.assert(fc.property(nearly(parsed), (value) => kinds.includes(readTetragon(value, ORIGIN).kind)))
})

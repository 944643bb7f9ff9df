import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../../lib/detection/json.ts'
import { readKubeArmor } from '../../../lib/detection/kubearmor.ts'
import { agentOf } from '../../../lib/detection/read.ts'
import { detectionIn, nearly, ORIGIN, readingOf, sample, turned } from '../../support/agents.ts'

const ALERT = sample('kubearmor')
const parsed = parseJson(ALERT)
const detect = (alert: unknown, origin = {}) => detectionIn('kubearmor', alert, origin)
const read = (alert: unknown) => readingOf('kubearmor', alert)
const with_ = (changes: object) => ({ ...JSON.parse(ALERT), ...changes })

test('an alert is read', () => {
  expect(detect(ALERT)).toMatchObject({
    agent: 'kubearmor',
    rule: 'harden-web-pkg-mngr-exec',
    severity: 3,
    priority: '5',
    source: 'MatchedPolicy',
    timeNs: '1789899330123456000',
    cluster: 'stamped',
    node: 'ip-10-0-1-12',
    pod: { namespace: 'shop', name: 'web-6d5f7c9b8-x2k4q' },
    container: {
      id: expect.stringMatching(/^5f2c1f0e9c6b/),
      name: 'web',
      image: expect.stringMatching(/^docker.io\/library\/alpine:3.20@sha256:/),
    },
    process: { exe: '/sbin/apk', cmdline: '/sbin/apk add curl' },
    user: 'uid 0',
    message: 'Package manager execution denied',
    tags: ['NIST', 'MITRE_T1072_software_deployment_tools', 'process'],
    mitre: ['T1072'],
  })
})

test.each([
  ['ProcessName', '/sbin/apk'],
  ['Resource', '/sbin/apk add curl'],
  ['ClusterName', 'prod'],
  ['Owner.Ref', 'Deployment'],
  ['Action', 'Block'],
  ['EventData.Lsm', 'SECURITY_BPRM_CHECK'],
  ['HostPID', 48213],
])('the field %s is KubeArmor’s own', (name, value) => {
  expect(detect(ALERT).fields[name]).toEqual(value)
})

test.each([
  ['1', 1],
  ['2', 1],
  ['3', 2],
  ['4', 2],
  ['5', 3],
  ['6', 3],
  ['7', 4],
  ['8', 4],
  ['9', 5],
  ['10', 5],
  ['', 0],
])('severity "%s" is %i', (given, severity) => {
  expect(detect(with_({ Severity: given }))).toMatchObject({ severity, priority: given })
})

test('an alert without a severity has none', () => {
  expect(detect(with_({ Severity: undefined, PolicyName: 'DefaultPosture' }))).toMatchObject({
    severity: 0,
    priority: '',
    rule: 'DefaultPosture',
  })
})

test.each(['MatchedPolicy', 'MatchedNetworkPolicy'])('%s is a detection', (Type) => {
  expect(agentOf(with_({ Type }))).toBe('kubearmor')
  expect(detect(with_({ Type }))).toMatchObject({ source: Type, pod: { name: 'web-6d5f7c9b8-x2k4q' } })
})

test('a host policy is about the node, whatever names stand there', () => {
  const detection = detect(with_({ Type: 'MatchedHostPolicy' }))
  expect(detection).not.toHaveProperty('pod')
  expect(detection).not.toHaveProperty('container')
  expect(detection.node).toBe('ip-10-0-1-12')
})

test.each([
  [{ Type: 'ContainerLog', Operation: 'Process', PolicyName: undefined }, 'ContainerLog Process'],
  [{ Type: 'HostLog', Operation: 'File' }, 'HostLog File'],
  [{ Type: 'SystemEvent', Operation: 'Other' }, 'SystemEvent Other'],
  [{ Type: 'ContainerLog', Operation: '' }, 'ContainerLog'],
])('%j is telemetry', (changes, what) => {
  expect(agentOf(with_(changes))).toBe('kubearmor')
  expect(read(with_(changes))).toEqual({ kind: 'telemetry', what })
})

test('a notice that alerts are held back is KubeArmor speaking of itself', () => {
  const notice = { Type: 'SystemEvent', Operation: 'AlertThreshold', Timestamp: 1, PodName: 'web' }
  expect(agentOf(notice)).toBe('kubearmor')
  expect(read(notice)).toEqual({ kind: 'internal', rule: 'KubeArmor AlertThreshold', priority: '' })
})

test.each([
  ['Process', '/sbin/apk add curl', { process: { exe: '/sbin/apk', cmdline: '/sbin/apk add curl' } }],
  ['File', '/etc/shadow', { process: { exe: '/sbin/apk', cmdline: '/bin/sh' }, file: '/etc/shadow' }],
  ['Network', 'domain=AF_INET type=SOCK_RAW protocol=ICMP', { connection: 'domain=AF_INET type=SOCK_RAW protocol=ICMP' }],
])('what operation %s does with its resource is evidence', (Operation, Resource, evidence) => {
  const detection = detect(with_({ Operation, Resource }))
  expect(detection).toMatchObject(evidence)
  expect(detection.file !== undefined).toBe(Operation === 'File')
  expect(detection.connection !== undefined).toBe(Operation === 'Network')
})

test.each([
  ['tags as one text', { ATags: undefined, Tags: 'NIST, MITRE_T1082_system_information_discovery,' }, ['T1082']],
  ['a list that is empty', { ATags: [], Tags: 'MITRE_T1059_001_x' }, ['T1059.001']],
  [
    'many spellings, each once',
    { ATags: ['T1059', 't1059', 'mitre.t1059.004', 'MITRE_TA0002', 'CIST1059', 'T10599'] },
    ['T1059', 'T1059.004', 'TA0002'],
  ],
])('MITRE ids are found in %s', (_name, changes, mitre) => {
  expect(detect(with_(changes)).mitre).toEqual(mitre)
})

test.each([
  ['UpdatedTime, which is exact', {}, '1789899330123456000'],
  ['Timestamp, where that is all', { UpdatedTime: undefined }, '1789899330000000000'],
  ['Timestamp as text, as protobuf prints 64 bits', { UpdatedTime: '', Timestamp: '1789899330' }, '1789899330000000000'],
  ['the time of arrival, where the clock is more than a day ahead', { UpdatedTime: '2500-01-01T00:00:00Z' }, '1795500000000000000'],
])('the time is %s', (_name, changes, timeNs) => {
  expect(detect(with_(changes)).timeNs).toBe(timeNs)
})

test.each([
  [{ UserName: 'www-data', UID: 33 }, 'www-data'],
  [{ UserName: '', UID: '33' }, 'uid 33'],
  [{ UID: -1 }, undefined],
])('of %j the user is %s', (changes, user) => {
  expect(detect(with_(changes)).user).toBe(user)
})

test.each([
  ['a pod name that no pod can have', { PodName: '../../nodes/x' }],
  ['the namespace of containers without Kubernetes', { NamespaceName: 'container_namespace' }],
  ['a name of 300 characters', { PodName: 'a'.repeat(300) }],
])('%s makes a detection that is about no pod', (_name, changes) => {
  expect(detect(with_(changes))).not.toHaveProperty('pod')
})

test('without a host’s name the forwarder’s stands; without a message what was done does', () => {
  expect(detect(with_({ HostName: '', Message: '' }))).toMatchObject({ node: 'stamped-node', message: 'Block Process /sbin/apk add curl' })
})

test.each([
  ['no policy', with_({ PolicyName: undefined }), 'PolicyName: '],
  ['a policy’s name too long', with_({ PolicyName: 'p'.repeat(257) }), 'PolicyName: '],
  ['an unknown type', with_({ Type: 'Other' }), 'Type: expected one of MatchedPolicy, MatchedHostPolicy'],
  ['a numeric type', with_({ Type: 1 }), 'Type: '],
  ['a severity of 11', with_({ Severity: '11' }), 'Severity: expected 1 to 10, got "11"'],
  ['a severity of 0', with_({ Severity: '0' }), 'Severity: expected 1 to 10, got "0"'],
  ['a severity in words', with_({ Severity: 'high' }), 'Severity: expected 1 to 10, got "high"'],
  ['no time', with_({ UpdatedTime: undefined, Timestamp: undefined }), 'UpdatedTime: expected RFC 3339, or seconds in Timestamp'],
  ['a time that is none', with_({ UpdatedTime: 'yesterday' }), 'got "yesterday"'],
  ['a host name too long', with_({ HostName: 'h'.repeat(254) }), 'HostName: '],
  ['tags that are no list', with_({ ATags: 'T1059' }), 'ATags: '],
  ['a list', [], 'the whole: '],
])('%s is refused, and told which field', (_name, alert, reason) => {
  expect(read(alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
})

test('the id is the same for the same content, in whatever order its keys came', () => {
  expect(detect(turned(parsed)).id).toBe(detect(ALERT).id)
})

test.each([
  ['the time', { UpdatedTime: '2026-09-20T10:15:30.123457Z' }],
  ['the host', { HostName: 'other' }],
  ['the policy', { PolicyName: 'other' }],
  ['the process’s number', { PID: 18 }],
])('the id is another when %s is', (_name, changes) => {
  expect(detect(with_(changes)).id).not.toBe(detect(ALERT).id)
})

test('the id is another in another cluster', () => {
  expect(detect(ALERT, { cluster: 'other' }).id).not.toBe(detect(ALERT).id)
})

test('no JSON value whatever makes the reader throw', () => {
  const kinds = ['detection', 'internal', 'telemetry', 'refused']
  fc.assert(fc.property(fc.jsonValue(), (value) => kinds.includes(readKubeArmor(value, ORIGIN).kind)))
  fc.assert(fc.property(nearly(parsed), (value) => kinds.includes(readKubeArmor(value, ORIGIN).kind)))
})

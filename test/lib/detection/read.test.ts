import { expect, test } from 'vitest'
import { judge } from '../../../forwarder/intake/judge.ts'
import { Agent } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { parseJson } from '../../../lib/detection/json.ts'
import { agentOf } from '../../../lib/detection/read.ts'
import { changed, detectionIn, readingOf, sample } from '../../support/agents.ts'

const STAMP = { cluster: 'prod' }

test.each(Agent.exclude(['k8s_audit']).options)('an alert of %s is told by its shape, accepted and read', (agent) => {
  expect(agentOf(parseJson(sample(agent)))).toBe(agent)
  const envelope = { agent, cluster: 'prod', alert: sample(agent) }
  expect(judge(sample(agent), STAMP, 1_795_500_000_000)).toMatchObject({ kind: 'alert', envelope })
  expect(detectionIn(agent, sample(agent)).agent).toBe(agent)
})

test.each([
  ['a Tetragon event without a policy', 'tetragon', '{"process_exec":{"process":{"binary":"/bin/sh"}},"time":"2026-09-20T10:15:30Z"}'],
  ['a Tracee event without a threat', 'tracee', '{"timestamp":"2026-09-20T10:15:30Z","name":"execve","workload":{}}'],
  ['a KubeArmor log', 'kubearmor', '{"Type":"ContainerLog","Operation":"Process"}'],
] as const)('%s is telemetry, which the forwarder drops', (_name, agent, alert) => {
  expect(judge(alert, STAMP, 1)).toEqual({ kind: 'telemetry', agent })
  expect(readingOf(agent, alert)).toMatchObject({ kind: 'telemetry' })
})

test.each([
  ['another object', { a: 1 }],
  ['a name alone', { name: 'x' }],
  ['a Type alone', { Type: 'MatchedPolicy' }],
  ['a list', []],
  ['a text', 'process_exec'],
])('%s is of no agent', (_name, value) => {
  expect(agentOf(value)).toBeUndefined()
})

test.each([
  ['falco', { process: '/bin/busybox', command: 'sh', user: 'root', containerId: '5f2c1f0e9c6b' }],
  ['tetragon', { process: '/bin/cat', command: '/bin/cat /etc/shadow', file: '/etc/shadow', user: 'uid 0' }],
  ['tracee', { process: '/bin/busybox', file: '/tmp/xmrig', user: 'uid 0' }],
  ['kubearmor', { process: '/sbin/apk', command: '/sbin/apk add curl', user: 'uid 0' }],
] as const)('what %s saw is evidence', (agent, evidence) => {
  expect(evidenceOf(detectionIn(agent, sample(agent)))).toMatchObject(evidence)
})

test.each(Agent.exclude(['k8s_audit']).options)('%s: what is nested without end is refused, and not walked', (agent) => {
  const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`
  const alert = sample(agent).replace('{', `{"deep":${deep},`)
  expect(readingOf(agent, alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('at most 64 levels of nesting') })
})

test.each([
  ['falco', 'rule'],
  ['falco', 'tags'],
  ['tetragon', 'process_kprobe.policy_name'],
  ['tetragon', 'process_kprobe.tags'],
  ['tracee', 'name'],
  ['tracee', 'threat.name'],
  ['kubearmor', 'PolicyName'],
  ['kubearmor', 'ATags'],
] as const)('%s: %s with a length that cannot be compared is refused, and throws nothing', (agent, path) => {
  const alert = changed(JSON.parse(sample(agent)), path, { length: { toString: 1, valueOf: 1 } })
  expect(readingOf(agent, alert)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(path) })
})

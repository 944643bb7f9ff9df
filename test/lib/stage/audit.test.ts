import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { splitAudit } from '../../../lib/audit/split.ts'
import { packLines, unpackBatch } from '../../../lib/batch/batch.ts'
import { readAlert } from '../../../lib/detection/read.ts'
import { FALCO_SOURCES } from '../../../lib/falco-rules.ts'
import type { OutgoingMessage } from '../../../lib/port/queue.ts'
import { loadFalcoRules } from '../../../lib/rule/falco/load.ts'
import { audit, auditRules, splitBatch } from '../../../lib/stage/audit.ts'

const RULES = `
- rule: Exec into a pod
  desc: d
  condition: ka.target.subresource = exec
  output: exec by %ka.user.name into %ka.target.namespace/%ka.target.name
  priority: Notice
  source: k8s_audit
  tags: [mitre_execution, T1609]
- rule: Anything by alice
  desc: d
  condition: ka.user.name = alice
  output: "%ka.verb"
  priority: Informational
  source: k8s_audit
- rule: Of another source
  desc: d
  condition: proc.name = bash
  output: x
  priority: Notice
`
const { rules, problems } = loadFalcoRules([{ file: 'r.yaml', text: RULES }], { sources: FALCO_SOURCES })
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../fixtures/audit/${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
let sent: OutgoingMessage[]
const run = (payloads: readonly string[], matching: 'first' | 'all' = 'first') =>
  audit(payloads.map(splitAudit), {
    detections: { send: async (messages) => void sent.push(...messages) },
    rules: auditRules(rules),
    matching,
    clusterName: 'prod',
    clock: () => 1_795_500_000_000,
    log: quiet,
  })
const readings = () => sent.flatMap(({ body, attributes = {} }) => unpackBatch({ body, attributes }).envelopes).map(readAlert)
const detections = () => readings().flatMap((reading) => (reading.kind === 'detection' ? [reading.detection] : []))
beforeEach(() => {
  sent = []
})

test('the rules load', () => expect(problems).toEqual([]))

test('a recorded exec becomes a detection about its pod, with who did it, the rule and its tags', async () => {
  await run(fixture('exec'))
  const exec = detections().find(({ rule }) => rule === 'Exec into a pod')
  expect(exec).toMatchObject({
    agent: 'k8s_audit',
    source: 'k8s_audit',
    priority: 'Notice',
    severity: 2,
    cluster: 'prod',
    user: expect.any(String),
    pod: { namespace: expect.any(String), name: expect.any(String) },
    tags: ['T1609', 'mitre_execution'],
    mitre: expect.arrayContaining(['T1609']),
    message: expect.stringMatching(/^exec by \S+ into \S+\/\S+$/),
  })
  expect(exec?.node).toBeUndefined()
  expect(exec?.fields).toMatchObject({ 'ka.auditid': expect.any(String), 'ka.verb': 'get', 'ka.target.subresource': 'exec' })
})

test('the first rule that matches fires, or all of them', async () => {
  const event = JSON.stringify({
    ...JSON.parse(fixture('exec').find((line) => line.includes('"exec"')) ?? '{}'),
    user: { username: 'alice' },
  })
  await run([event])
  expect(detections().map(({ rule }) => rule)).toEqual(['Exec into a pod'])
  sent = []
  await run([event], 'all')
  expect(detections().map(({ rule }) => rule)).toEqual(['Exec into a pod', 'Anything by alice'])
})

test('an event list is what a webhook posts, and an event that cannot be read is dropped alone and told', async () => {
  const items = fixture('exec').map((line) => JSON.parse(line))
  await run([JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [{ auditID: 'x' }, ...items] }), 'not json'])
  expect(detections().some(({ rule }) => rule === 'Exec into a pod')).toBe(true)
  expect(readings().filter(({ kind }) => kind === 'refused')).toEqual([
    { kind: 'refused', reason: expect.stringContaining('audit event: stageTimestamp') },
    { kind: 'refused', reason: 'audit event: not JSON' },
  ])
})

test('the same events again are the same detections', async () => {
  await run(fixture('exec'))
  await run(fixture('exec'))
  const ids = detections().map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length / 2)
})

test('where nothing fires nothing is sent', async () => {
  await run(['{"kind":"Event","auditID":"a","stageTimestamp":"2026-01-01T00:00:00Z","verb":"get","user":{"username":"bob"}}'])
  expect(sent).toEqual([])
})

test('an event about no pod is about who asked', async () => {
  const { subjectOf } = await import('../../../lib/incident/group.ts')
  await run([
    '{"kind":"Event","auditID":"a","stageTimestamp":"2026-01-01T00:00:00Z","verb":"list","user":{"username":"alice"},"objectRef":{"resource":"secrets"}}',
  ])
  const [detection] = detections()
  expect(detection && subjectOf(detection)).toEqual({ kind: 'user', key: 'user/prod/alice', cluster: 'prod', user: 'alice' })
})

test('what is kept of an event that cannot be read has nothing of what was asked or answered', async () => {
  await run(['{"kind":"Event","auditID":"a","verb":"create","requestObject":{"data":{"password":"hunter2"}}}'])
  expect(
    sent
      .flatMap((message) => unpackBatch({ body: message.body, attributes: message.attributes ?? {} }).envelopes)
      .map(({ alert }) => alert),
  ).toEqual([expect.not.stringContaining('hunter2')])
})

test('an event of another cluster stays of that cluster', async () => {
  const alert = fixture('exec').find((line) => line.includes('"exec"')) ?? ''
  const [message] = packLines([Buffer.from(JSON.stringify({ agent: 'k8s_audit', cluster: 'other', receivedMs: 1, alert }))], {
    fillBytes: 65_536,
    maxBytes: 262_144,
  })
  const ports = { rules: auditRules(rules), matching: 'first' as const, clusterName: 'prod', clock: () => 1_795_500_000_000, log: quiet }
  const detectionsQueue = { send: async (messages: readonly OutgoingMessage[]) => void sent.push(...messages) }
  await audit(splitBatch({ body: message?.body ?? '', attributes: message?.attributes ?? {} }), { ...ports, detections: detectionsQueue })
  expect(detections()).toMatchObject([{ cluster: 'other', rule: 'Exec into a pod' }])
})

test('without a rule to ask a function does not start', () => {
  expect(() => auditRules([], { needed: true })).toThrow(expect.objectContaining({ code: 'invalid_config' }))
})

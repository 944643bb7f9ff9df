import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { subjectOf } from '../../../lib/incident/group.ts'
import type { Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { compiledSilence } from '../../../lib/incident/silence.ts'
import { SILENCE_CHOICES, silenceFor } from '../../../lib/incident/silence-for.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const BY = { by: '@alice', nowMs: NOW }

function detection(of: Partial<Detection> = {}): Detection {
  const base: Detection = {
    id: 'a'.repeat(64),
    agent: 'falco',
    rule: 'Terminal shell in container',
    severity: 3,
    priority: 'Notice',
    source: 'syscall',
    timeNs: '1772366400000000000',
    receivedMs: NOW,
    cluster: 'prod',
    node: 'node-1',
    pod: { namespace: 'shop', name: 'cart-6f7d9c4b8-x2x4z' },
    message: '',
    tags: [],
    mitre: [],
    fields: {},
  }
  return { ...base, ...of }
}

function incidentOf(...detections: readonly [Detection, ...Detection[]]): Incident {
  const news = { batch: 'b', evidence: detections.map((one) => evidenceOf(one)), fired: [], nowMs: NOW }
  const incident = mergeIncident(undefined, { id: 'i-1', subject: subjectOf(detections[0]), cause: 'x' }, news)
  if (!incident) throw new Error('no incident')
  return incident
}

function made(incident: Incident, choice: (typeof SILENCE_CHOICES)[number]) {
  const result = silenceFor(incident, choice, BY)
  if (result.kind !== 'made') throw new Error(result.reason)
  const matches = compiledSilence(result.silence)?.matches
  if (!matches) throw new Error('its match does not compile')
  return { ...result, matches }
}

const { pod: _pod, ...nodeAlone } = detection({ rule: 'x' })
const { node: _node, ...nowhere } = nodeAlone
const AUDIT = { source: 'k8s_audit', agent: 'k8s_audit' } as const

describe('the silence for an incident of', () => {
  test.each([
    {
      name: 'a workload',
      of: detection(),
      not: [
        detection({ pod: { namespace: 'shop', name: 'other-6f7d9c4b8-x2x4z' } }),
        detection({ pod: { namespace: 'pay', name: 'cart-6f7d9c4b8-x2x4z' } }),
        detection({ cluster: 'staging' }),
        detection({ rule: 'another rule' }),
      ],
      also: detection({ pod: { namespace: 'shop', name: 'cart-6f7d9c4b8-b4b4b' } }),
    },
    {
      name: 'a node',
      of: nodeAlone,
      not: [
        detection({ rule: 'x' }),
        { ...nodeAlone, node: 'node-2' },
        { ...nodeAlone, cluster: 'staging' },
        { ...nodeAlone, container: { id: 'abcdefabcdef' } },
        { ...nodeAlone, ...AUDIT, fields: { 'ka.user.name': 'eve' } },
      ],
      also: nodeAlone,
    },
    {
      name: 'a container without a pod',
      of: { ...nodeAlone, container: { id: 'abcdefabcdef' } },
      not: [
        nodeAlone,
        { ...nodeAlone, container: { id: 'abcdefabcdee' } },
        { ...nodeAlone, node: 'node-2', container: { id: 'abcdefabcdef' } },
        detection({ rule: 'x', container: { id: 'abcdefabcdef' } }),
      ],
      also: { ...nodeAlone, node: 'node-1', container: { id: 'abcdefabcdef' } },
    },
    {
      name: 'a user',
      of: { ...nowhere, ...AUDIT, fields: { 'ka.user.name': 'eve "the" \\' } },
      not: [
        { ...nowhere, ...AUDIT, fields: { 'ka.user.name': 'eve' } },
        nowhere,
        { ...nowhere, ...AUDIT, pod: { namespace: 'shop', name: 'db-0' }, fields: { 'ka.user.name': 'eve "the" \\' } },
      ],
      also: { ...nowhere, ...AUDIT, fields: { 'ka.user.name': 'eve "the" \\' } },
    },
  ])('$name holds for its detections and for no other subject', ({ of, not, also }) => {
    for (const choice of SILENCE_CHOICES) {
      const { matches } = made(incidentOf(of), choice)
      expect(matches(of)).toBe(true)
      expect(matches(also)).toBe(true)
      expect(not.map(matches)).toEqual(not.map(() => false))
    }
  })
})

test('a rule alone is the worst one, of several such the last, and the others stay loud', () => {
  const first = detection({ id: '1'.repeat(64), rule: 'bad', severity: 4, timeNs: '1772366400000000001' })
  const last = detection({ id: '2'.repeat(64), rule: 'bad too', severity: 4, timeNs: '1772366400000000002' })
  const mild = detection({ id: '3'.repeat(64), rule: 'mild', severity: 1, timeNs: '1772366400000000003' })
  const { matches, silence, what } = made(incidentOf(first, last, mild), 'rule')
  expect([first, last, mild].map(matches)).toEqual([false, true, false])
  expect(Date.parse(silence.until) - NOW).toBe(7 * 86_400_000)
  expect(what).toBe('"bad too" on shop/cart, for 7 days')
})

test('a rule that was shown is the one, whatever has come since', () => {
  const result = silenceFor(incidentOf(detection()), 'rule', { ...BY, rule: 'shown' })
  expect(result).toMatchObject({ kind: 'made', silence: { match: expect.stringContaining('alert.rule in ("shown")') } })
})

test('the same choice gives the same silence, another person or time another', () => {
  const incident = incidentOf(detection())
  expect(silenceFor(incident, '1h', BY)).toEqual(silenceFor(incident, '1h', BY))
  const names = [BY, { ...BY, by: '@bob' }, { ...BY, nowMs: NOW + 1 }].map(
    (by) => made({ ...incident }, '1h') && silenceFor(incident, '1h', by),
  )
  expect(new Set(names.map((one) => (one.kind === 'made' ? one.silence.name : ''))).size).toBe(3)
})

test.each([
  ['a lone surrogate in a rule', { rule: 'x\ud800' }, /rule cannot be written/],
  ['a rule cut where evidence ends', { rule: 'r'.repeat(300) }, /too long/],
  ['a namespace with half a character', { pod: { namespace: 'a\udfff', name: 'p' } }, /workload cannot be written/],
])('%s gives none, and says why', (_name, of, why) => {
  expect(silenceFor(incidentOf(detection(of)), '8h', BY)).toEqual({ kind: 'none', reason: expect.stringMatching(why) })
})

test.each([['a user that nothing is known of', { ...nowhere, ...AUDIT }, 'its detections do not say on which user']])(
  '%s gives none',
  (_name, of, reason) => {
    expect(silenceFor(incidentOf(of), '1h', BY)).toEqual({ kind: 'none', reason })
  },
)

test('of what a correlation found in pods, the silence for its node holds in pods too', () => {
  const inPod = detection({ rule: 'x', container: { id: 'abcdefabcdef' } })
  const firing = {
    id: 'f',
    correlation: 'Many',
    severity: 4 as const,
    group: ['node-1'],
    fromNs: '1',
    toNs: '2',
    hits: 3,
    pods: [],
    containers: [],
  }
  const subject = { kind: 'node', key: 'node/prod/node-1', cluster: 'prod', node: 'node-1' } as const
  expect(made({ ...incidentOf(inPod), subject, firings: [firing] }, '8h').matches(inPod)).toBe(true)
})

test('who wants it is kept by id, and from which incident', () => {
  const result = silenceFor(incidentOf(detection()), '8h', { ...BY, byId: 'U0ALICE' })
  expect(result).toMatchObject({ silence: { by: '@alice', byId: 'U0ALICE', incident: 'i-1' } })
})

test('of the rules that were shown it is, and of none that came since', () => {
  const [shown, since] = [detection(), detection({ id: 'b'.repeat(64), rule: 'worse' })]
  const result = silenceFor(incidentOf(shown, since), '8h', { ...BY, rules: [shown.rule] })
  const matches = result.kind === 'made' ? compiledSilence(result.silence)?.matches : undefined
  expect([shown, since].map((one) => matches?.(one))).toEqual([true, false])
})

test('a node that nothing is known of gives none', () => {
  expect(silenceFor(incidentOf(nowhere), '1h', BY)).toEqual({ kind: 'none', reason: 'its detections do not say on which node' })
})

// Whatever an attacker writes: a silence is for that subject, or there is none.
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', ' ', '(', ')', ',', '=', '*', 'a', '\n', ' or ', ' and ', 'exists', '\u202e', '\\x22'),
    minLength: 1,
    maxLength: 12,
  }),
)

test('whatever rule, namespace and pod are called, the match compiles, holds for them, and for no other workload, namespace or rule', () => {
  let silences = 0
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, fc.constantFrom(...SILENCE_CHOICES), (rule, namespace, name, other, choice) => {
      const of = detection({ rule, pod: { namespace, name } })
      const result = silenceFor(incidentOf(of), choice, BY)
      if (result.kind === 'none') return
      silences += 1
      const matches = compiledSilence(result.silence)?.matches
      expect(matches?.(of)).toBe(true)
      const workload = subjectOf(of).workload
      const elsewhere = [
        detection({ rule, pod: { namespace, name: other } }),
        detection({ rule, pod: { namespace: other, name } }),
        detection({ rule: other, pod: { namespace, name } }),
      ].filter((one) => one.rule !== rule || one.pod?.namespace !== namespace || subjectOf(one).workload !== workload)
      expect(elsewhere.map((one) => matches?.(one))).toEqual(elsewhere.map(() => false))
    }),
    { numRuns: 500 },
  )
  expect(silences).toBeGreaterThan(300)
})

const some = <T>(...all: readonly T[]) => fc.constantFrom(...all)
const anyDetection = fc
  .record({
    cluster: some('prod', 'staging'),
    node: some(undefined, 'node-1', 'node-2'),
    pod: some(undefined, { namespace: 'shop', name: 'cart-0' }, { namespace: 'shop', name: 'cart-1' }, { namespace: 'pay', name: 'cart' }),
    container: some(undefined, { id: 'abcdefabcdef' }, { id: 'fedcbafedcba' }),
    source: some('syscall', 'k8s_audit'),
    user: some(undefined, 'eve', 'system:node:node-1'),
    isOfHost: fc.boolean(),
  })
  .map(({ user, isOfHost, node, pod, container, ...of }): Detection => {
    const { node: _node, pod: _pod, ...base } = detection(of)
    const where = { ...(node ? { node } : {}), ...(pod ? { pod } : {}), ...(container ? { container } : {}) }
    const fields = {
      ...(user && of.source === 'k8s_audit' ? { 'ka.user.name': user } : {}),
      ...(isOfHost && !container ? { 'container.id': 'host' } : {}),
    }
    return { ...base, ...where, fields }
  })

test('a silence holds for all that is about its subject, and for nothing else', () => {
  let silences = 0
  fc.assert(
    fc.property(anyDetection, anyDetection, some(...SILENCE_CHOICES), (of, other, choice) => {
      const result = silenceFor(incidentOf(of), choice, BY)
      if (result.kind === 'none') return
      silences += 1
      const matches = compiledSilence(result.silence)?.matches
      expect(matches?.(of)).toBe(true)
      expect(matches?.(other)).toBe(subjectOf(other).key === subjectOf(of).key)
    }),
    { numRuns: 3000 },
  )
  expect(silences).toBeGreaterThan(1500)
})

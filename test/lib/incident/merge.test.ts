import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Correlation } from '../../../lib/correlation/correlation.ts'
import { linkCorrelations } from '../../../lib/correlation/link.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { incidentFiring } from '../../../lib/incident/firings.ts'
import { familiesOf, incidentId, subjectOf } from '../../../lib/incident/group.ts'
import { EVIDENCE_CAP, Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { detection } from '../../support/detection.ts'

const CORRELATION = Correlation.parse({
  title: 'Shell then read',
  level: 'high',
  tags: ['attack.t1555'],
  correlation: {
    type: 'temporal_ordered',
    rules: ['Terminal shell in container', 'Read'],
    'group-by': ['pod.namespace', 'pod.name'],
    timespan: '10m',
  },
})
const [LINKED = expect.fail()] = linkCorrelations([CORRELATION], {
  rules: new Set(['Terminal shell in container', 'Read']),
  sigma: [],
}).linked
const OPENING = { id: 'i', subject: subjectOf(detection()), cause: 'c' }
const at = (second: number, given: Partial<Detection> = {}) => detection({ timeNs: String(BigInt(second) * 1_000_000_000n), ...given })

/** A firing made true by these. */
const firing = (detections: readonly Detection[], id = 'f1', correlation = LINKED) =>
  incidentFiring({
    id,
    correlation,
    group: ['shop', 'web-1'],
    slot: 0n,
    hits: detections.map((one) => ({
      id: one.id.slice(0, 16),
      rule: one.rule,
      timeNs: BigInt(one.timeNs),
      values: {},
      evidence: evidenceOf(one),
    })),
  })
let batches = 0
const merge = (
  present: Incident | undefined,
  detections: readonly Detection[],
  fired: ReturnType<typeof firing>[] = [],
  batch = `batch-${++batches}`,
) => mergeIncident(present, OPENING, { batch, evidence: detections.map((one) => evidenceOf(one)), fired, nowMs: 1 })

const without = (...keys: readonly ('pod' | 'container')[]): Detection => {
  const entries = Object.entries(detection()).filter(([key]) => !keys.some((one) => one === key))
  return Object.fromEntries(entries) as Detection
}

test('a first detection opens an incident', () => {
  expect(Incident.parse(merge(undefined, [at(5)]))).toMatchObject({
    status: 'open',
    count: 1,
    severity: 2,
    title: 'Terminal shell in container',
    revision: 1,
  })
})

test('the same detection again changes nothing', () => {
  const once = merge(undefined, [at(5)], [], 'one')
  expect(merge(once, [at(5)], [], 'another')).toBeUndefined()
  expect(merge(undefined, [at(5), at(5)], [], 'one')).toEqual(once)
})

test('a correlation that comes true raises severity and gives the title, once', () => {
  const before = merge(undefined, [at(5)])
  const read = at(6, { rule: 'Read' })
  const after = merge(before, [read], [firing([at(5), read])])
  expect(after).toMatchObject({ title: 'Shell then read', severity: 4, correlations: ['Shell then read'], count: 2, revision: 2 })
  expect(after?.firings).toMatchObject([{ fromNs: '5000000000', toNs: '6000000000', hits: 2, pods: ['shop/web-1'] }])
  expect(after?.mitre).toContain('T1555')
  expect(merge(after, [read], [firing([at(5), read])])).toBeUndefined()
})

test('severity never falls', () => {
  const high = merge(undefined, [at(1, { severity: 5 })])
  expect(merge(high, [at(2, { severity: 1 })])?.severity).toBe(5)
})

test('past the cap the count stays true, and the evidence is the earliest and the worst', () => {
  const many = Array.from({ length: EVIDENCE_CAP + 30 }, (_, second) => at(second))
  many[40] = at(40, { severity: 5, rule: 'Worst' })
  const incident = merge(undefined, many.toReversed())
  expect(incident).toMatchObject({ count: EVIDENCE_CAP + 30, firstNs: '0', lastNs: String(BigInt(EVIDENCE_CAP + 29) * 1_000_000_000n) })
  const kept = [...many.slice(0, EVIDENCE_CAP - 1), many[40]].map((one) => one?.timeNs)
  expect(incident?.evidence.map(({ timeNs }) => timeNs)).toEqual(kept)
  expect(incident?.title).toBe('Worst')
})

test('neither the order nor the batches in which detections come change what is known', () => {
  const some = fc.array(fc.record({ second: fc.nat(50), rule: fc.constantFrom('a', 'b', 'c'), severity: fc.constantFrom(1, 3, 5) }), {
    minLength: 1,
    maxLength: 15,
  })
  const plan = some.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(15)))
  const toDetection = ({ second, ...given }: { second: number; rule: string; severity: 1 | 3 | 5 }) => at(second, given)
  fc.assert(
    fc.property(
      plan as fc.Arbitrary<[Parameters<typeof toDetection>[0][], Parameters<typeof toDetection>[0][], number]>,
      ([all, shuffled, cut]) => {
        const whole = merge(undefined, all.map(toDetection))
        const first = merge(undefined, shuffled.slice(0, Math.max(1, cut)).map(toDetection))
        const pieces = merge(first, shuffled.map(toDetection)) ?? first
        const known = (incident: Incident | undefined) =>
          incident && { ...incident, revision: 0, seen: incident.seen.toSorted(), batches: [] }
        expect(known(pieces)).toEqual(known(whole))
      },
    ),
  )
})

test('what attackers write is cut', () => {
  const said = { process: { cmdline: 'x'.repeat(9000) }, connection: '10.0.0.1:1->1.2.3.4:443', message: 'm'.repeat(9000) }
  const [evidence] = merge(undefined, [at(1, said)])?.evidence ?? []
  expect(evidence?.command).toHaveLength(1000)
  expect(evidence?.message).toHaveLength(1000)
  expect(evidence).toMatchObject({ connection: '10.0.0.1:1->1.2.3.4:443' })
})

test('evidence full of control characters fits too', () => {
  const bytes = '\u001b'.repeat(5000)
  const said = { process: { exe: bytes, cmdline: bytes }, file: bytes, connection: bytes, user: bytes, message: '\u0000'.repeat(5000) }
  const many = Array.from({ length: 60 }, (_, second) => at(second, said))
  expect(Buffer.byteLength(JSON.stringify(merge(undefined, many)))).toBeLessThan(200 * 1024)
})

test('a contained incident is open again when another container is heard of, and stays contained for its own', () => {
  const contained = { ...(merge(undefined, [at(1)]) ?? expect.fail()), status: 'contained' as const }
  expect(merge(contained, [at(2)])?.status).toBe('contained')
  expect(merge(contained, [at(2, { container: { id: 'another00000' } })])?.status).toBe('open')
})

test('of several containers that were dealt with, each stays so, also when it is heard of late', () => {
  const other = { container: { id: 'another00000' }, pod: { namespace: 'shop', name: 'web-2' } }
  const both = merge(undefined, [at(5), at(9, other)]) ?? expect.fail()
  expect(both.places.map(({ pod }) => pod)).toEqual(['shop/web-1', 'shop/web-2'])
  expect(merge({ ...both, status: 'contained' }, [at(7)])?.status).toBe('contained')
})

test('an incident of the most hostile texts fits into its item', () => {
  const bytes = '\u001b'.repeat(5000)
  const said = { process: { exe: bytes, cmdline: bytes }, file: bytes, connection: bytes, user: bytes, message: bytes, rule: bytes }
  const hostile = (number: number) =>
    at(number, {
      ...said,
      container: { id: `c${number}`.padEnd(12, '0'), image: bytes },
      pod: { namespace: 'n'.repeat(63), name: `${'p'.repeat(250)}${number}` },
    })
  let incident: Incident | undefined
  for (let batch = 0; batch < 40; batch++) {
    const some = Array.from({ length: 40 }, (_, one) => hostile(batch * 40 + one))
    incident = merge(incident, some, [firing(some, `f${batch}`)]) ?? incident
  }
  expect(Buffer.byteLength(JSON.stringify(incident))).toBeLessThan(400 * 1024)
})

test('of a batch that was counted nothing is counted again, however much came since', () => {
  const all = Array.from({ length: 700 }, (_, second) => at(second))
  const once = merge(undefined, all, [], 'first')
  const more = merge(
    once,
    Array.from({ length: 700 }, (_, second) => at(1000 + second)),
    [],
    'second',
  )
  expect(more?.count).toBe(1400)
  expect(merge(more, all, [], 'first')).toBeUndefined()
})

test('what made a correlation true is counted and shown, also when it was only observed before', () => {
  const opened = merge(undefined, [], [firing([at(1), at(2, { rule: 'Read' })])])
  expect(opened).toMatchObject({ count: 2, title: 'Shell then read', severity: 4 })
  expect(opened?.evidence.map(({ rule }) => rule)).toEqual(['Terminal shell in container', 'Read'])
})

test('the title is that of the worst correlation, in whatever order they come true', () => {
  const worse = { ...LINKED, title: 'Worse', severity: 5 as const }
  const [a, b] = [firing([at(1)], 'f1'), firing([at(2)], 'f2', worse)]
  expect(merge(merge(undefined, [], [a]), [], [b])).toMatchObject({
    title: 'Worse',
    correlations: ['Worse', 'Shell then read'],
    severity: 5,
  })
  expect(merge(merge(undefined, [], [b]), [], [a])).toMatchObject({
    title: 'Worse',
    correlations: ['Worse', 'Shell then read'],
    severity: 5,
  })
})

test('pods are counted, and the first by name are named', () => {
  const many = Array.from({ length: 1200 }, (_, number) => at(number, { pod: { namespace: 'shop', name: `web-${number}` } }))
  const incident = merge(merge(undefined, many), many.slice(0, 10))
  expect(incident?.pods.names).toHaveLength(20)
  expect(incident?.pods.names[0]).toBe('shop/web-0')
  expect(incident?.pods.seen).toHaveLength(1000)
  expect(Buffer.byteLength(JSON.stringify(incident))).toBeLessThan(120 * 1024)
})

test('an acknowledged incident is open again for what is worse, and not for more of the same', () => {
  const acknowledged = { ...(merge(undefined, [at(1)]) ?? expect.fail()), status: 'acknowledged' as const }
  expect(merge(acknowledged, [at(2)])?.status).toBe('acknowledged')
  expect(merge(acknowledged, [at(2, { severity: 5 })])?.status).toBe('open')
  expect(merge(acknowledged, [at(2)], [firing([at(1), at(2)])])?.status).toBe('open')
})

test.each([
  ['a workload', detection(), { kind: 'workload', key: 'workload/demo/shop/web' }],
  ['a container without names', without('pod'), { kind: 'container', key: 'container/demo/node-1/8114e6b6fb8e' }],
  ['a node', without('pod', 'container'), { kind: 'node', key: 'node/demo/node-1' }],
  [
    'who asked the API server',
    { ...without('pod', 'container'), source: 'k8s_audit', fields: { 'ka.user.name': 'alice' } },
    { kind: 'user', key: 'user/demo/alice' },
  ],
] as const)('the subject may be %s', (_name, from, subject) => {
  expect(subjectOf(from)).toMatchObject(subject)
})

describe('families', () => {
  const correlation = (title: string, rules: readonly string[], groupBy: readonly string[]) =>
    Correlation.parse({ title, correlation: { type: 'temporal', rules, 'group-by': groupBy, timespan: '5m' } })
  const { linked, problems } = linkCorrelations(
    [
      correlation('C', ['x', 'y'], ['pod.name']),
      correlation('B', ['y', 'z'], ['pod.uid']),
      correlation('A', ['x', 'w'], ['pod.namespace']),
      correlation('D', ['v', 'w'], ['workload.name']),
      correlation('E', ['C', 'u'], ['pod.name']),
    ],
    { rules: new Set(['u', 'v', 'w', 'x', 'y', 'z']), sigma: [] },
  )
  const { causeOf, causeOfFiring } = familiesOf(linked)

  test('correlations about pods that share a rule, or name one another, are one family', () => {
    expect(problems).toEqual([])
    for (const rule of ['x', 'y', 'z', 'u']) expect(causeOf(detection({ rule }), [rule])).toBe('family/B')
    expect(['B', 'C', 'E', 'D'].map((title) => causeOfFiring(linked.find((one) => one.title === title) ?? expect.fail()))).toEqual([
      'family/B',
      'family/B',
      'family/B',
      'family/D',
    ])
  })

  test('one about namespaces stands alone, and takes no detection from its pod', () => {
    expect(causeOfFiring(linked.find(({ title }) => title === 'A') ?? expect.fail())).toBe('correlation/A')
    expect(causeOf(detection({ rule: 'w' }), ['w'])).toBe('family/D')
  })

  test('a rule of no correlation is its own cause, and so is one without a pod', () => {
    expect(causeOf(detection({ rule: 'other' }), [])).toBe('rule/other')
    expect(causeOf(without('pod', 'container'), ['x'])).toBe('rule/Terminal shell in container')
  })
})

test('an incident id is a function of subject, cause and generation', () => {
  const ids = [incidentId(OPENING.subject, 'a', 0), incidentId(OPENING.subject, 'a', 1), incidentId(OPENING.subject, 'b', 0)]
  expect(new Set(ids).size).toBe(3)
  expect(incidentId(OPENING.subject, 'a', 0)).toBe(ids[0])
})

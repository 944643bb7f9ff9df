import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Correlation } from '../../../lib/correlation/correlation.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { causeOf, incidentId, subjectOf } from '../../../lib/incident/group.ts'
import { EVIDENCE_CAP, Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { detection } from '../../support/detection.ts'

const CORRELATION = Correlation.parse({
  title: 'Shell then read',
  level: 'high',
  correlation: {
    type: 'temporal_ordered',
    rules: ['Terminal shell in container', 'Read'],
    'group-by': ['pod.namespace', 'pod.name'],
    timespan: '10m',
  },
})
const OPENING = { id: 'i', subject: subjectOf(detection()), cause: 'c' }
const at = (second: number, given: Partial<Detection> = {}) => detection({ timeNs: String(BigInt(second) * 1_000_000_000n), ...given })
const merge = (present: Incident | undefined, detections: readonly Detection[], fired: readonly Correlation[] = []) =>
  mergeIncident(present, OPENING, { detections, fired, nowMs: 1 })

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
  const once = merge(undefined, [at(5)])
  expect(merge(once, [at(5)])).toBeUndefined()
  expect(merge(undefined, [at(5), at(5)])).toEqual(once)
})

test('a correlation that comes true raises severity and gives the title, once', () => {
  const before = merge(undefined, [at(5)])
  const after = merge(before, [at(6, { rule: 'Read' })], [CORRELATION])
  expect(after).toMatchObject({ title: 'Shell then read', severity: 4, correlations: ['Shell then read'], count: 2, revision: 2 })
  expect(merge(after, [at(6, { rule: 'Read' })], [CORRELATION])).toBeUndefined()
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
          incident && { ...incident, revision: 0, seen: incident.seen.toSorted(), rules: incident.rules.toSorted() }
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

test.each([
  ['a pod', detection(), { kind: 'pod', key: 'pod/demo/shop/web-1' }],
  ['a container without names', without('pod'), { kind: 'container', key: 'container/demo/node-1/8114e6b6fb8e' }],
  ['a node', without('pod', 'container'), { kind: 'node', key: 'node/demo/node-1' }],
] as const)('the subject may be %s', (_name, from, subject) => {
  expect(subjectOf(from)).toMatchObject(subject)
})

test('the parts of a correlation have one cause; without the keys to group by, or alone, a rule is its own', () => {
  expect(causeOf(detection(), [CORRELATION])).toBe('correlation/Shell then read')
  expect(causeOf(detection({ rule: 'Read' }), [CORRELATION])).toBe('correlation/Shell then read')
  expect(causeOf(detection({ rule: 'Other' }), [CORRELATION])).toBe('rule/Other')
  expect(causeOf(without('pod'), [CORRELATION])).toBe('rule/Terminal shell in container')
})

test('an incident id is a function of subject, cause and generation', () => {
  const ids = [incidentId(OPENING.subject, 'a', 0), incidentId(OPENING.subject, 'a', 1), incidentId(OPENING.subject, 'b', 0)]
  expect(new Set(ids).size).toBe(3)
  expect(incidentId(OPENING.subject, 'a', 0)).toBe(ids[0])
})

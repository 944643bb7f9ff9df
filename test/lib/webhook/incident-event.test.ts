import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IncidentEvent, incidentEvent } from '../../../lib/webhook/incident-event.ts'
import { shownId } from '../../../lib/webhook/template.ts'
import { hostileView, textsIn } from './hostile.ts'
import { action, NOW, view } from './story.ts'

const SCHEMA = JSON.parse(readFileSync(new URL('../../../docs/schema/incident-event.schema.json', import.meta.url), 'utf8'))
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(SCHEMA)

test('an incident is told with its place, times, evidence, actions and who did what', () => {
  const told = incidentEvent(
    view({ status: 'closed', acknowledgedBy: 'alice', closedBy: 'bob', closedWhy: 'a drill' }, [
      action('isolate', { outcome: { state: 'refused', guard: 'budget', why: 'too many' } }),
    ]),
    { url: 'https://page.example/1' },
  )
  expect(told).toMatchObject({
    schema: 'incident/1',
    title: 'Terminal shell in container',
    summary: 'Medium: Terminal shell in container on shop/web-1',
    severity: { number: 3, name: 'medium' },
    status: 'closed',
    subject: { kind: 'workload', name: 'shop/web' },
    place: { cluster: 'demo', namespace: 'shop', workload: 'web', pod: 'web-1', image: 'nginx:1.29', node: 'node-1' },
    counts: { detections: 1, pods: 1 },
    times: { first: '2026-11-20T11:59:00.000Z', last: '2026-11-20T11:59:00.000Z', updated: new Date(NOW + 2000).toISOString() },
    rules: ['Terminal shell in container'],
    mitre: ['T1059.004', 'TA0002'],
    evidence: [{ rule: 'Terminal shell in container', command: 'bash', severity: { number: 3, name: 'medium' }, agent: 'falco' }],
    actions: [
      {
        action: 'isolate',
        state: 'refused',
        guard: 'budget',
        why: 'too many',
        by: { kind: 'user', name: 'alice' },
        target: { cluster: 'demo', namespace: 'shop', pod: 'web-1' },
      },
    ],
    acknowledged: { by: 'alice' },
    closed: { by: 'bob', why: 'a drill' },
    link: 'https://page.example/1',
  })
})

test('whatever an attacker wrote, it is of its schema, well-formed, and below 128 KiB', () => {
  fc.assert(
    fc.property(hostileView, (hostile) => {
      const told = incidentEvent(hostile)
      const text = JSON.stringify(told)
      expect(IncidentEvent.parse(JSON.parse(text))).toEqual(told)
      expect(isValid(JSON.parse(text)), JSON.stringify(isValid.errors)).toBe(true)
      expect(textsIn(told).every((one) => one.isWellFormed())).toBe(true)
      expect(Buffer.byteLength(text)).toBeLessThan(128 * 1024)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['another count', { count: 2 }, false],
  ['a higher severity', { severity: 5 as const }, false],
  ['another time of the last look', { updatedMs: NOW + 5000 }, true],
  ['another revision', { revision: 99 }, true],
])('%s shows the same: %s', (_name, given, same) => {
  expect(shownId(incidentEvent(view(given), { url: 'https://a' })) === shownId(incidentEvent(view(), { url: 'https://b' }))).toBe(same)
})

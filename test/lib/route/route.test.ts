import { expect, test } from 'vitest'
import type { Severity } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { Incident } from '../../../lib/incident/incident.ts'
import { compileMatch } from '../../../lib/response/match.ts'
import { type CompiledRoute, Route, routesOf } from '../../../lib/route/route.ts'
import { detection } from '../../support/detection.ts'

const SHELL = detection()
const evidence = evidenceOf(SHELL, { fields: [] })
const incident = (severity: Severity, routes: readonly string[] = []) =>
  Incident.parse({
    ...{ id: 'i', subject: { kind: 'workload', key: 'k', cluster: 'demo' }, cause: 'c', title: 't', status: 'open', severity },
    ...{ correlations: [], rules: [SHELL.rule], mitre: [], count: 1, firstNs: '1', lastNs: '1', latest: evidence, evidence: [evidence] },
    ...{ seen: [], routes, openedMs: 0, updatedMs: 0, revision: 1 },
  })
const compiled = (given: object): CompiledRoute => {
  const route = Route.parse({ slack: { channel: 'C0ALERTS' }, ...given })
  const matches = route.match === undefined ? () => true : compileMatch(route.match)
  return { route, matches: typeof matches === 'function' ? matches : expect.fail('no match') }
}
const ROUTES = [
  compiled({ name: 'shells', match: 'alert.rule contains shell' }),
  compiled({ name: 'payments', match: 'pod.namespace = payments' }),
  compiled({ name: 'on call', min_severity: 'high' }),
  compiled({ name: 'else', fallback: true }),
  compiled({ name: 'else, severe', fallback: true, min_severity: 'critical' }),
]

test.each([
  { name: 'by match', seen: SHELL, severity: 2, told: ['shells'] },
  { name: 'by severity', seen: detection({ rule: 'x' }), severity: 4, told: ['on call'] },
  { name: 'several', seen: detection({ pod: { namespace: 'payments', name: 'p' } }), severity: 5, told: ['shells', 'payments', 'on call'] },
  { name: 'the fallback, where no other takes it', seen: detection({ rule: 'x' }), severity: 3, told: ['else'] },
] as const)('an incident goes to $told: $name', ({ seen, severity, told }) => {
  expect(routesOf(incident(severity), [seen], ROUTES)).toEqual(told)
})

test('a fallback has its own least severity', () => {
  const only = ROUTES.filter(({ route }) => route.fallback)
  expect(routesOf(incident(5), [SHELL], only)).toEqual(['else', 'else, severe'])
  expect(routesOf(incident(2), [SHELL], only)).toEqual(['else'])
})

test('once another route tells of it, the fallback does not begin to', () => {
  expect(routesOf(incident(3, ['payments']), [detection({ rule: 'x' })], ROUTES)).toEqual([])
})

test('what only the fallback told of is told by another route from when that takes it', () => {
  expect(routesOf(incident(4, ['else']), [detection({ rule: 'x' })], ROUTES)).toEqual(['on call'])
})

test('of detections that nobody is to hear of, nobody is told', () => {
  expect(routesOf(incident(5), [], ROUTES)).toEqual([])
})

test.each([
  [{ name: 'r' }, 'expected one of slack, webhook, ocsf'],
  [{ name: 'r', slack: { channel: '#alerts' } }, 'expected a Slack channel id'],
  [{ name: 'r', slack: { user: 'alice' } }, 'expected a Slack user id'],
  [{ name: 'r', slack: { channel: 'C012', user: 'U012' } }, 'expected a channel or a user'],
  [{ name: 'r', slack: { channel: 'C012' }, min_severity: 'severe' }, 'expected one of'],
  [{ name: 'r', slack: { channel: 'C012' }, minimum_severity: 'high' }, 'Unrecognized key'],
  [{ name: 'r', slack: { channel: 'C012' }, quiet_hours: [{ from: '22:00' }] }, 'Invalid input'],
])('%j is no route: %s', (route, why) => {
  expect(Route.safeParse(route).error?.message).toContain(why)
})

import fc from 'fast-check'
import { Context } from '../../../lib/context/context.ts'
import type { Severity } from '../../../lib/detection/detection.ts'
import { Incident } from '../../../lib/incident/incident.ts'
import type { Offer } from '../../../lib/response/offer.ts'
import type { Outcome } from '../../../lib/response/outcome.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import type { Digest } from '../../../lib/route/digest.ts'
import { HOSTILE_TEXTS } from '../../browser/hostile-texts.ts'

// Incidents as an attacker would want them: any text anywhere, of any length, and any number of everything.
const ACTIONS = ['label', 'isolate', 'delete', 'evict', 'cordon', 'release', 'dance']
const OFFERED = [...ACTIONS, 'reject', 'acknowledge', 'silence', 'end_silence', 'not_a_threat']
const MARKUP = [
  '<!channel> <!here> <!everyone>',
  '<@U0EVIL>',
  '<#C0GENERAL|general>',
  '<!subteam^S0ADMINS>',
  '<https://evil.example|https://creance.example/>',
  '<mailto:a@evil.example|mail>',
  'https://evil.example/ @here #general',
  '> quoted\n>>> all of it',
  '`',
  '```',
  '*',
  '_',
  '~',
  '&',
  '<',
  '>',
  '|',
  '"',
  '\\',
  ':rotating_light:',
  '\u2028',
  '\u2060',
  '\u200f',
  '\ufeff',
  '\u0000',
  '\ud800',
  '\udfff',
]
const NAMES = [
  '',
  ' ',
  '*bold* _it_ ~no~ `code`',
  '&amp;lt;!channel&amp;gt;',
  '&lt;!channel&gt;',
  'שלום مرحبا',
  'a\u0301'.repeat(500),
  'Z\u0300\u0301\u0302\u0303\u0304',
  '👩‍👩‍👧‍👦🏴‍☠️',
  'T1059',
  'U0ALICE',
  '{date_short_pretty}',
  '<!date^1^{date}|x>',
]
export const HUGE = [...MARKUP, '😀', 'x', 'é', '\n', '￿'].map((part) => part.repeat(Math.ceil(100_000 / part.length)))
export const CORPUS = [...HOSTILE_TEXTS, ...MARKUP, ...NAMES]

const halves = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units))
const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...CORPUS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...CORPUS), { minLength: 2, maxLength: 40 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: halves },
  { weight: 1, arbitrary: fc.constantFrom(...HUGE) },
)
const count = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 100 }))
const whole = (max: number) => fc.integer({ min: 0, max })
export const Shape = fc.record({
  texts: fc.array(hostile, { minLength: 1, maxLength: 12 }),
  counts: fc.array(count, { minLength: 4, maxLength: 12 }),
  numbers: fc.array(fc.oneof(whole(3), whole(1_000_000), fc.maxSafeNat()), { minLength: 3, maxLength: 6 }),
  flags: fc.array(fc.boolean(), { minLength: 5, maxLength: 12 }),
  severity: fc.constantFrom<Severity>(0, 1, 2, 3, 4, 5),
  status: fc.constantFrom<Incident['status']>('open', 'acknowledged', 'contained', 'closed'),
  kind: fc.constantFrom<Incident['subject']['kind']>('workload', 'container', 'node', 'user', 'namespace', 'cluster'),
})
export type Shape = typeof Shape extends fc.Arbitrary<infer T> ? T : never

/** Goes round and round through what there is. */
const round = <T>(values: readonly T[]) => {
  let at = 0
  return (): T => values[at++ % values.length] as T
}

/** Everything that people are shown of an incident, of any text, number and length. */
export function shown({ texts, counts, numbers, flags, severity, status, kind }: Shape) {
  const [text, size, number, flag] = [round(texts), round(counts), round(numbers), round(flags)]
  const many = <T>(make: (at: number) => T, most = 100): T[] => Array.from({ length: Math.min(size(), most) }, (_, at) => make(at))
  const outcome = round<Outcome | undefined>([
    undefined,
    { state: 'done', why: text() },
    { state: 'skipped', why: text() },
    { state: 'refused', guard: text(), why: text() },
    { state: 'failed', why: text(), retryable: flag() },
    { state: 'dry_run', why: text() },
    { state: 'expired', why: text() },
    { state: 'undone' },
  ])
  const ns = () => String(BigInt(number()) * 1000n).slice(0, 19)
  const evidence = () => ({
    ...{ id: text(), rule: text(), severity, timeNs: ns(), message: text() },
    ...(flag() ? { command: text(), process: text(), file: text(), connection: text() } : {}),
    ...(flag() ? { user: text(), containerId: text(), image: text(), node: text() } : {}),
    ...(flag() ? { namespace: text(), pod: text(), podUid: text(), workload: text() } : {}),
    ...(flag()
      ? {
          source: 'k8s_audit',
          fields: {
            'ka.verb': text(),
            'ka.target.resource': text(),
            'ka.target.subresource': text(),
            'ka.target.name': text(),
            'ka.response.code': text(),
            'jevt.value[/sourceIPs/0]': text(),
          },
        }
      : {}),
  })
  const incident = Incident.parse({
    id: text(),
    subject: { kind, key: text(), cluster: text(), namespace: text(), workload: text(), container: text(), node: text(), user: text() },
    cause: text(),
    title: text(),
    status,
    severity,
    correlations: many(text),
    firings: many((at) => ({
      ...{ id: String(at), correlation: text(), severity, group: many(text, 12), fromNs: ns(), toNs: ns(), hits: number() },
      ...{ pods: many(text, 12), containers: [] },
    })),
    rules: many(text),
    mitre: many(text),
    count: number(),
    firstNs: ns(),
    lastNs: ns(),
    latest: evidence(),
    evidence: many(evidence),
    pods: { names: many(text, 20), seen: many(text) },
    places: many(() => ({ pod: text(), container: text(), sinceMs: number() })),
    seen: [],
    routes: [],
    silenced: many(text),
    ...(flag() ? { acknowledgedBy: text(), closedBy: text(), closedWhy: text() } : {}),
    ...(flag() ? { runbook: { of: text(), text: text() }, reopened: { atMs: number(), why: flag() ? 'worse' : 'another_container' } } : {}),
    openedMs: number(),
    updatedMs: number(),
    revision: 1,
  })
  const [first = ''] = incident.places.map(({ pod }) => pod)
  const context = Context.parse({
    ...{ atMs: number(), of: flag() ? first : text(), ...(flag() ? { absent: text() } : {}) },
    pod: { uid: text(), serviceAccount: text(), images: many(text), labels: { team: text(), [text()]: text() } },
    containers: many(() => ({ name: text(), image: text(), digest: text() })),
    dangers: many(() => ({ what: text(), containers: many(text, 8) })),
    owners: many(() => ({ kind: text(), name: text(), uid: text() })),
    node: { name: text(), kubelet: text(), os: text(), unschedulable: flag(), taints: many(text) },
    neighbours: { names: many(text), count: number() },
    account: {
      ...{ name: text(), tokenMounted: flag(), cloudRole: text(), morePowers: number() },
      powers: many((at) => ({
        words: text(),
        by: `${at % 5}${text()}`,
        role: text(),
        ...(flag() ? { where: text(), names: many(text, 3) } : {}),
      })),
    },
    exposure: {
      services: many(() => ({ name: text(), type: flag() ? 'LoadBalancer' : text(), ports: many(text, 8), addresses: many(text, 8) })),
      routes: many(() => ({ ingress: text(), host: text(), path: text(), to: text() })),
    },
    siblings: { count: number(), ready: number() },
    events: many(() => ({ atMs: number(), type: flag() ? 'Warning' : text(), reason: text(), message: text(), count: number() })),
    earlier: { count: number(), last: { id: text(), title: text(), status: text(), openedMs: number() } },
    unread: many(text),
  })
  const person = () => ({
    user: flag() ? 'U0ALICE' : text(),
    name: text(),
    atMs: number(),
    ...(flag() ? { reason: text().slice(0, 500) } : {}),
  })
  const target = () => ({ cluster: text(), namespace: text(), pod: text(), seenNs: ns() })
  const action = round(ACTIONS)
  const request = (at: number) => {
    const { user, name } = person()
    const by = flag() ? ({ kind: 'user', id: user, name, first: { id: user, name } } as const) : ({ kind: 'response', name } as const)
    const base = { id: `${at}`, incident: 'i', action: action(), parameters: {}, target: target(), by, expiresMs: number(), dryRun: flag() }
    return flag() ? { ...base, reason: text().slice(0, 500) } : base
  }
  const offered = round(OFFERED)
  const offer = (at: number): Offer => ({
    ...{ nonce: flag() ? `${at}`.padStart(22, 'n') : text(), incident: 'i', action: offered(), parameters: flag() ? { rule: text() } : {} },
    ...{ expiresMs: number(), people: flag() ? 1 : 2, approvals: flag() ? [person()] : [] },
    ...(flag() ? { target: target() } : {}),
    ...(flag() ? { claim: person() } : {}),
    ...(flag() ? { plan: `${at}` } : {}),
  })
  const view: IncidentView = {
    incident,
    context: flag() ? context : undefined,
    plans: many((at) => ({
      ...{
        response: text(),
        mode: flag() ? 'approve' : 'observe',
        step: at,
        people: flag() ? 1 : 2,
        request: { ...request(at), id: `plan-${at}` },
      },
      ...(flag() ? { decision: { kind: flag() ? 'approved' : 'rejected', ...person() } } : {}),
    })),
    actions: many((at) => {
      const settled = outcome()
      return {
        ...{ request: request(at), begunMs: number(), ...(settled ? { outcome: settled, settledMs: number() } : {}) },
        ...(flag() ? { evidence: { uri: text(), sha256: text() } } : {}),
        ...(flag() ? { undoneBy: text() } : {}),
      }
    }),
    silences: many(() => ({
      name: text(),
      what: text(),
      untilMs: number(),
      by: text(),
      atMs: number(),
      ...(flag() ? { endedBy: text() } : {}),
    })),
    offers: many((at) => ({ sk: `offer#${at}`, offer: offer(at) })),
  }
  const digest: Digest = {
    ...{ id: text(), channel: text(), sinceMs: number(), lastMs: number(), count: number(), bySeverity: [0, 1, 2, 3, 4, 5].map(number) },
    worst: many(() => ({ incident: text(), title: text(), place: text(), severity, status: text() })),
  }
  return { view, offers: many(offer), digest }
}

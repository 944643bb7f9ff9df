import { CloudEvent } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Webhook } from '../../../lib/route/webhook.ts'
import { type IncidentEvent, incidentEvent } from '../../../lib/webhook/incident-event.ts'
import { nextStep } from '../../../lib/webhook/next-step.ts'
import type { Kept, Step } from '../../../lib/webhook/template.ts'
import { hostileEvent, hostileText, textsIn } from './hostile.ts'
import { action, NOW, view } from './story.ts'

const HOOKS = {
  cloudevents: Webhook.parse({ url: 'https://x.example/in' }),
  body: Webhook.parse({
    url: 'https://x.example/in',
    template: 'body',
    body: {
      text: '{incident.summary} ({incident.link})',
      all: '{incident}',
      list: ['{incident.rules}', '{{kept}}'],
      n: '{incident.counts.detections}',
    },
  }),
  jira: Webhook.parse({
    url: 'https://acme.atlassian.net',
    template: 'jira',
    secret: { secret: 'a' },
    settings: { email: 'a@example.com', project: 'SEC', transitions: { closed: '31' } },
  }),
  pagerduty: Webhook.parse({ template: 'pagerduty', secret: { secret: 'a' } }),
  opsgenie: Webhook.parse({ template: 'opsgenie', secret: { secret: 'a' }, settings: { tags: ['k8s'] } }),
  alertmanager: Webhook.parse({ url: 'https://am.example/prefix/', template: 'alertmanager', settings: { labels: { team: 'sec' } } }),
  teams: Webhook.parse({ url: 'https://teams.example/flow?sig=1', template: 'teams' }),
} as const
type Name = keyof typeof HOOKS
const NAMES = Object.keys(HOOKS) as Name[]

/** All steps until there is none, each taken. Jira's issue is called SEC-1. */
function stepsOf(name: Name, events: readonly IncidentEvent[]): readonly Step[] {
  let kept: Kept = {}
  return events.flatMap((event) => {
    const steps: Step[] = []
    for (;;) {
      const hook = HOOKS[name]
      const url = typeof hook.url === 'string' ? hook.url : ''
      const step = nextStep(hook, { event, kept, url, secret: 'secret-text', route: 'r', nowMs: NOW })
      if (!step) return steps
      steps.push(step)
      expect(steps.length, 'steps come to an end').toBeLessThan(6)
      kept = { ...kept, ...step.tries, ...step.keeps, ...(step.name === 'create' && name === 'jira' ? { key: 'SEC-1' } : {}) }
    }
  })
}
const bodyOf = ({ request }: Step) => JSON.parse(request.body ?? 'null')

describe.each(NAMES)('%s, whatever an attacker wrote', (name) => {
  test('stays one JSON value within the API’s limits, sends nothing in its headers or path, and comes to an end', () => {
    fc.assert(
      fc.property(hostileEvent, hostileEvent, (first, second) => {
        for (const step of stepsOf(name, [first, { ...second, id: first.id }])) {
          const { url, headers, body = '' } = step.request
          expect(new URL(url).host).toBe(new URL(String(HOOKS[name].url)).host)
          expect(Object.values(headers).join()).toMatch(/^[\x20-\x7e]*$/)
          expect(body.isWellFormed()).toBe(true)
          const parsed = JSON.parse(body)
          expect(textsIn(parsed).every((one) => one.isWellFormed())).toBe(true)
          LIMITS[name](parsed, body)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

/** A body as it was sent; what is wrong with it, the test finds. */
type Json = ReturnType<typeof JSON.parse>
const oneLine = expect.stringMatching(/^[^\p{Cc}\u2028\u2029\u202a-\u202e]*$/u)
const LIMITS: Readonly<Record<Name, (body: Json, text: string) => void>> = {
  cloudevents: (body) => {
    const event = new CloudEvent(body)
    expect(event.validate()).toBe(true)
    expect(Object.keys(body).every((key) => /^[a-z0-9]{1,20}$/.test(key))).toBe(true)
  },
  body: (body) => {
    expect(Object.keys(body)).toEqual(['text', 'all', 'list', 'n'])
    expect(body.list[1]).toBe('{kept}')
    expect(typeof body.n).toBe('number')
  },
  jira: (body) => {
    if (!body.fields) return
    expect(body.fields.summary).toEqual(oneLine)
    expect(body.fields.summary.length).toBeGreaterThan(0)
    expect(body.fields.summary.length).toBeLessThanOrEqual(255)
    expect(JSON.stringify(body.fields.description).length).toBeLessThan(60_000)
    const texts = (node: Json): string[] => (node.type === 'text' ? [node.text] : (node.content ?? []).flatMap(texts))
    expect(texts(body.fields.description).join('').length).toBeLessThan(32_767)
    expect(texts(body.fields.description).every((one) => one !== '')).toBe(true)
    expect(body.fields.labels.every((one: string) => /^\S{1,255}$/.test(one))).toBe(true)
  },
  pagerduty: (body, text) => {
    expect(Buffer.byteLength(text)).toBeLessThan(512_000)
    expect(body.dedup_key.length).toBeLessThanOrEqual(255)
    if (body.event_action !== 'trigger') return
    expect(body.payload.summary).toEqual(oneLine)
    expect(body.payload.summary.length).toBeLessThanOrEqual(1024)
    expect(body.payload.source).not.toBe('')
    expect(['critical', 'error', 'warning', 'info']).toContain(body.payload.severity)
  },
  opsgenie: (body) => {
    expect((body.note ?? '').length).toBeLessThanOrEqual(25_000)
    if (body.message === undefined) return
    expect(body.message).toEqual(oneLine)
    expect(body.message.length).toBeLessThanOrEqual(130)
    expect(body.alias.length).toBeLessThanOrEqual(512)
    expect(body.description.length).toBeLessThanOrEqual(15_000)
    expect(body.entity.length).toBeLessThanOrEqual(512)
    expect(body.source.length).toBeLessThanOrEqual(100)
    expect(body.tags.length).toBeLessThanOrEqual(20)
    expect(body.tags.every((tag: string) => tag.length <= 50)).toBe(true)
    expect(Object.entries(body.details).flat().join('').length).toBeLessThanOrEqual(8000)
  },
  alertmanager: (body, text) => {
    expect(Buffer.byteLength(text)).toBeLessThan(128 * 1024)
    for (const { labels, startsAt, endsAt } of body) {
      expect(labels.alertname).toBe('CreanceIncident')
      expect(Object.values(labels).every((one) => typeof one === 'string' && one.length >= 1 && one.length <= 200)).toBe(true)
      expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt))
    }
  },
  teams: (body, text) => {
    expect(text.length * 2).toBeLessThanOrEqual(28 * 1024)
    const content = body.attachments[0].content
    expect(
      content.body.every((one: Json) => one.type === 'RichTextBlock' && one.inlines.every((run: Json) => run.type === 'TextRun')),
    ).toBe(true)
  },
}

const at = (given: Parameters<typeof view>[0], actions: Parameters<typeof view>[1] = []) => incidentEvent(view(given, actions))
const OPEN = at({})
const WORSE = at({ severity: 5, correlations: ['C'], count: 2 })
const MORE = at({ severity: 5, correlations: ['C'], count: 3 })
const ACKNOWLEDGED = at({ severity: 5, correlations: ['C'], count: 3, status: 'acknowledged', acknowledgedBy: 'alice' })
const CLOSED = at({ severity: 5, correlations: ['C'], count: 3, status: 'closed', closedBy: 'bob' }, [action('isolate')])
const LIFE = [OPEN, WORSE, MORE, ACKNOWLEDGED, CLOSED]

test('CloudEvents: opened, updated with each change, closed; a sequence that sorts; an id that says the same thing again', () => {
  const bodies = stepsOf('cloudevents', LIFE).map(bodyOf)
  expect(bodies.map(({ type, sequence }) => [type.replace('dev.creance.incident.', ''), Number(sequence)])).toEqual([
    ['opened', 0],
    ['updated', 1],
    ['updated', 2],
    ['updated', 3],
    ['closed', 4],
  ])
  expect(bodies.map(({ sequence }) => sequence)).toEqual(bodies.map(({ sequence }) => sequence).toSorted())
  expect(new Set(bodies.map(({ id }) => id)).size).toBe(5)
  expect(stepsOf('cloudevents', LIFE).map(({ id }) => id)).toEqual(bodies.map(({ id }) => id))
  expect(bodies[0].source).toBe('urn:creance:cluster:demo')
})

test('an incident that was closed before anybody was told is opened and closed', () => {
  expect(stepsOf('cloudevents', [CLOSED]).map((step) => bodyOf(step).type)).toEqual([
    'dev.creance.incident.opened',
    'dev.creance.incident.closed',
  ])
  expect(stepsOf('jira', [CLOSED]).map(({ name }) => name)).toEqual(['create', 'transition'])
})

test.each(['pagerduty', 'opsgenie', 'alertmanager'] as const)(
  '%s: an incident that was closed before anybody was told pages nobody',
  (name) => {
    expect(stepsOf(name, [CLOSED])).toEqual([])
  },
)

test('an incident that is open again is opened again', () => {
  expect(stepsOf('cloudevents', [OPEN, at({ status: 'closed' }), WORSE]).map((step) => bodyOf(step).type.split('.').at(-1))).toEqual([
    'opened',
    'closed',
    'opened',
  ])
  expect(stepsOf('pagerduty', [OPEN, at({ status: 'closed' }), WORSE]).map(({ name }) => name)).toEqual(['trigger', 'resolve', 'trigger'])
})

test.each([
  ['jira', ['create', 'comment', 'comment', 'comment', 'transition']],
  ['pagerduty', ['trigger', 'trigger', 'acknowledge', 'resolve']],
  ['opsgenie', ['create', 'priority', 'notes', 'acknowledge', 'close']],
  ['alertmanager', ['alerts', 'alerts', 'alerts', 'alerts', 'alerts']],
  ['teams', ['card', 'card', 'card', 'card']],
  ['body', ['body', 'body', 'body', 'body']],
] as const)('%s: %j is what a life takes; a count alone is no news for people', (name, names) => {
  expect(stepsOf(name, LIFE).map((step) => step.name)).toEqual(names)
})

test('PagerDuty: one dedup key, the routing key, and a severity of its own', () => {
  const bodies = stepsOf('pagerduty', LIFE).map(bodyOf)
  expect(new Set(bodies.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  expect(bodies.map(({ event_action, payload, routing_key }) => [event_action, payload?.severity, routing_key])).toEqual([
    ['trigger', 'warning', 'secret-text'],
    ['trigger', 'critical', 'secret-text'],
    ['acknowledge', undefined, 'secret-text'],
    ['resolve', undefined, 'secret-text'],
  ])
})

test('Alertmanager: a higher severity is another alert, and ends the one before', () => {
  const posted = stepsOf('alertmanager', [OPEN, WORSE, CLOSED]).map((step) =>
    bodyOf(step).map(({ labels, endsAt }: Json) => [labels.severity, Date.parse(endsAt) > NOW]),
  )
  expect(posted).toEqual([
    [['medium', true]],
    [
      ['critical', true],
      ['medium', false],
    ],
    [['critical', false]],
  ])
  expect(stepsOf('alertmanager', [OPEN])[0]?.request.url).toBe('https://am.example/prefix/api/v2/alerts')
})

test('Teams: the link of the workflow stays as it is', () => {
  expect(stepsOf('teams', [OPEN])[0]?.request.url).toBe('https://teams.example/flow?sig=1')
})

test('Jira: a comment says what is new and nothing that was said', () => {
  const [, worse, acknowledged, closed] = stepsOf('jira', LIFE).map(({ request }) => request.body ?? '')
  expect(worse).toMatch(/Severity: critical.*Correlation: C/)
  expect(acknowledged).toMatch(/Status: acknowledged by alice/)
  expect(acknowledged).not.toMatch(/Correlation/)
  expect(closed).toMatch(/Status: closed by bob.*isolate of shop\/web-1: done, wanted by alice/)
})

test.each([
  ['all', ['opened', 'updated', 'updated', 'updated', 'closed']],
  ['notable', ['opened', 'updated', 'updated', 'closed']],
  ['none', ['opened', 'closed']],
])('with updates: %s, %j is told', (updates, types) => {
  const hook = Webhook.parse({ url: 'https://x.example', settings: { updates } })
  let kept: Kept = {}
  const told = LIFE.flatMap((event) => {
    const step = nextStep(hook, { event, kept, url: 'https://x.example', secret: '', route: 'r', nowMs: NOW })
    kept = { ...kept, ...step?.keeps }
    return step ? [bodyOf(step).type.split('.').at(-1)] : []
  })
  expect(told).toEqual(types)
})

test('body: a placeholder alone is the value, within words it is text; what stands in an event is never read as a placeholder', () => {
  fc.assert(
    fc.property(hostileText, (title) => {
      const event = { ...OPEN, title: title.toWellFormed() }
      const hook = Webhook.parse({
        url: 'https://x.example',
        template: 'body',
        body: { a: '{incident.title}', b: '<{incident.title}|{incident.closed.by}>', c: '{incident.closed.by}' },
      })
      const step = nextStep(hook, { event, kept: {}, url: 'https://x.example', secret: '', route: 'r', nowMs: NOW })
      expect(step && bodyOf(step)).toEqual({ a: event.title, b: `<${event.title}|>`, c: null })
    }),
  )
})

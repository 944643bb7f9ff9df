import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Context } from '../../../lib/context/context.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { subjectOf } from '../../../lib/incident/group.ts'
import type { Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import type { Offer } from '../../../lib/response/offer.ts'
import type { Outcome } from '../../../lib/response/outcome.ts'
import type { ActionRecord } from '../../../lib/response/record.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import { incidentMessage } from '../../../lib/slack/blocks.ts'
import { checkBlocks } from '../../../local/slack/limits.ts'
import { detection } from '../../support/detection.ts'

const incidentOf = (detections: readonly Detection[]): Incident =>
  mergeIncident(
    undefined,
    { id: 'i', subject: subjectOf(detections[0] ?? detection()), cause: 'c' },
    { batch: 'b', evidence: detections.map((one) => evidenceOf(one)), fired: [], nowMs: 1 },
  ) ?? expect.fail()
const view = (changes: Partial<IncidentView> = {}): IncidentView => ({
  incident: incidentOf([detection()]),
  context: undefined,
  plans: [],
  actions: [],
  silences: [],
  offers: [],
  ...changes,
})
const target = { cluster: 'demo', namespace: 'shop', pod: 'web-1', seenNs: '1' }
const action = (
  name: string,
  outcome: Outcome | undefined,
  by: ActionRecord['request']['by'] = { kind: 'user', id: 'U1', name: 'alice' },
): ActionRecord => ({
  request: { id: name, incident: 'i', action: name, parameters: {}, target, by, expiresMs: 0 },
  begunMs: 1_795_495_758_016,
  ...(outcome ? { outcome, settledMs: 1_795_495_758_016 } : {}),
})
const offer = (name: string): Offer => ({
  people: 1,
  approvals: [],
  nonce: `nonce-${name}-0000000000`,
  incident: 'i',
  action: name,
  parameters: {},
  expiresMs: 0,
})
const textOf = (...given: Parameters<typeof incidentMessage>) => JSON.stringify(incidentMessage(...given))

test('it says what happened, where, and to what', () => {
  const text = textOf(view(), [])
  for (const part of [
    'Terminal shell in container',
    '`shop/web-1`',
    '`node-1`',
    '`nginx:1.29`',
    '`bash`',
    '1 detection',
    'techniques/T1059/',
  ])
    expect(text).toContain(part)
})

test.each([
  [0, '#9aa0a6', 'Unknown'],
  [2, '#4a90d9', 'Low'],
  [3, '#d9a514', 'Medium'],
  [4, '#e06c1f', 'High'],
  [5, '#c62828', 'Critical'],
] as const)('severity %i has the colour %s and the word %s', (severity, color, word) => {
  const message = incidentMessage(view({ incident: { ...incidentOf([detection()]), severity } }), [])
  expect(message.color).toBe(color)
  expect(message.text).toContain(word)
})

test('a contained incident is green, whatever its severity', () => {
  expect(incidentMessage(view({ incident: { ...incidentOf([detection()]), status: 'contained', severity: 5 } }), []).color).toBe('#2e7d32')
})

test.each<[string, Outcome | undefined, RegExp]>([
  ['under way', undefined, /⏳ Isolate, asked by <@U1>/],
  ['done', { state: 'done' }, /✅ \*Isolate\* done, asked by <@U1> <!date/],
  ['skipped', { state: 'skipped', why: 'pod is gone' }, /➖ \*Isolate\* skipped: pod is gone/],
  ['refused', { state: 'refused', guard: 'unproven', why: 'no such container' }, /⛔ \*Isolate\* refused \(unproven\): no such container/],
  ['failed', { state: 'failed', why: '403', retryable: false }, /❌ \*Isolate\* failed: 403/],
  ['undone', { state: 'undone' }, /↩️ \*Isolate\* undone/],
])('an action that is %s is told as such', (_name, outcome, expected) => {
  expect(textOf(view({ actions: [action('isolate', outcome)] }), [])).toMatch(expected)
})

test('a response that observes says what it would do; one that asks, that it asks', () => {
  const { request } = action('isolate', undefined, { kind: 'response', name: 'R' })
  expect(textOf(view({ plans: [{ response: 'R', mode: 'observe', step: 0, people: 1, request }] }), [])).toContain(
    'would isolate the pod (observing only)',
  )
  expect(textOf(view({ plans: [{ response: 'R', mode: 'approve', step: 0, people: 1, request }] }), [])).toContain(
    'asks for approval to isolate the pod',
  )
})

test('destructive buttons ask once more; a button carries its nonce and nothing else', () => {
  const { blocks } = incidentMessage(view(), ['isolate', 'delete', 'release', 'acknowledge'].map(offer))
  const buttons = blocks.at(-1)?.elements as { action_id: string; value: string; confirm?: object }[]
  expect(buttons.map(({ action_id, value, confirm }) => [action_id, value, confirm !== undefined])).toEqual([
    ['creance.isolate', 'nonce-isolate-0000000000', true],
    ['creance.delete', 'nonce-delete-0000000000', true],
    ['creance.release', 'nonce-release-0000000000', false],
    ['creance.acknowledge', 'nonce-acknowledge-0000000000', false],
  ])
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4000 }),
  fc.constantFrom(
    '<!channel>',
    '<@U0ALICE>',
    '`'.repeat(3000),
    '&'.repeat(5000),
    '<'.repeat(5000),
    '*_~'.repeat(2000),
    '😀'.repeat(3000),
    '\u202e\u0000',
  ),
)

test('whatever attackers write, no limit of Slack’s is passed, and nothing of theirs mentions or links', () => {
  const given = fc.record({
    rule: hostile,
    command: hostile,
    file: hostile,
    user: hostile,
    pod: hostile,
    image: hostile,
    name: hostile,
    why: hostile,
    count: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(given, ({ rule, command, file, user, pod, image, name, why, count }) => {
      const detections = Array.from({ length: count }, (_, index) =>
        detection({
          rule,
          process: { cmdline: command },
          file,
          user,
          timeNs: String(index + 1),
          pod: { namespace: pod, name: pod },
          container: { id: 'c', image },
          node: name,
        }),
      )
      const context: Context = {
        atMs: 1,
        absent: pod,
        pod: { uid: 'u', serviceAccount: name, images: [image, image, image, image], labels: {} },
        containers: Array.from({ length: 5 }, () => ({ name, image, digest: `sha256:${'a'.repeat(64)}` })),
        dangers: Array.from({ length: 20 }, () => ({ what: `hostPath ${file}`, containers: [name, name] })),
        owners: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: 'u' }],
        node: { name, kubelet: name, os: name, unschedulable: true, taints: [name] },
        neighbours: { names: Array.from({ length: 10 }, () => pod), count: 200 },
        account: {
          name,
          tokenMounted: false,
          cloudRole: name,
          powers: Array.from({ length: 20 }, (_, at) => ({
            words: why,
            where: pod,
            by: `${at % 4}${name}`,
            role: name,
            names: [pod, pod],
          })),
          morePowers: 7,
        },
        exposure: {
          services: Array.from({ length: 10 }, () => ({ name, type: 'LoadBalancer', ports: [name, name], addresses: [name, name] })),
          routes: Array.from({ length: 10 }, () => ({ ingress: name, host: name, path: file, to: name })),
        },
        siblings: { count: 3, ready: 1 },
        events: [{ atMs: 1, type: 'Warning', reason: name, message: why, count: 3 }],
        earlier: { count: 2, last: { id: 'i', title: rule, status: name, openedMs: 1 } },
        unread: Array.from({ length: 20 }, () => why),
      }
      const actions = Array.from({ length: 15 }, (_, index) => ({
        ...action('isolate', { state: 'refused' as const, guard: 'unproven', why }, { kind: 'response', name }),
        begunMs: index,
      }))
      const message = incidentMessage(view({ incident: incidentOf(detections), context, actions }), ['isolate', 'delete'].map(offer))
      expect(checkBlocks(JSON.parse(JSON.stringify(message.blocks)), '/blocks')).not.toHaveProperty('problems')
      const marked = JSON.stringify(message)
        .replace(/<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|[\dT:.Z-]+>/g, '')
        .replace(/<https:\/\/attack\.mitre\.org\/[^>]*>/g, '')
      const mrkdwn = [...marked.matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1])
      for (const text of mrkdwn) {
        expect(text).not.toMatch(/[<>]/)
        expect(text?.replace(/&(amp|lt|gt);/g, '')).not.toContain('&') // nothing is cut within an escape
      }
    }),
    { numRuns: 150 },
  )
})

const ordinary: Context = Context.parse({
  atMs: 1,
  of: 'shop/web-1',
  pod: { uid: 'u', serviceAccount: 'default', images: ['nginx:1.29'], labels: {} },
  containers: [{ name: 'nginx', image: 'nginx:1.29', digest: `sha256:${'0123456789abcdef'.repeat(4)}` }],
  owners: [],
  node: { name: 'node-1', kubelet: 'v1.36.1', os: 'Bottlerocket' },
  neighbours: { names: ['bank/other'], count: 1 },
  account: { name: 'default', tokenMounted: true, powers: [], morePowers: 0 },
  exposure: { services: [{ name: 'web', type: 'ClusterIP', ports: ['80/TCP'], addresses: [] }], routes: [] },
  siblings: { count: 3, ready: 2 },
  earlier: { count: 0 },
  unread: [],
})
const sections = (context: Context) =>
  incidentMessage(view({ context }), []).blocks.flatMap(({ type, text }) =>
    type === 'section' && text ? [(text as { text: string }).text] : [],
  )
const graveOf = (changes: Partial<Context>) => sections({ ...ordinary, ...changes })[1]
const power = { words: 'read secrets', by: 'ClusterRoleBinding readers', role: 'ClusterRole reader' }

test('of an ordinary pod there is a line of small print, and no more', () => {
  expect(sections(ordinary)).toHaveLength(1)
  const { blocks } = incidentMessage(view({ context: ordinary }), [])
  const [small] = blocks.filter(({ type }) => type === 'context')
  expect((small?.elements as { text: string }[] | undefined)?.map(({ text }) => text)).toEqual([
    '2 of 3 siblings ready',
    'Within the cluster: Service `web`',
    'Also on `node-1`: `bank/other`',
  ])
  expect(JSON.stringify(blocks)).toContain('`nginx:1.29@sha256:0123456789ab…`')
})

test.each<[string, Partial<Context>, string]>([
  [
    'what its account may do',
    { account: { name: 'robot', tokenMounted: true, powers: [power, { ...power, words: 'create pods' }], morePowers: 0 } },
    '🔑 Service account `robot` may: read secrets, create pods in all namespaces (`ClusterRoleBinding readers`)',
  ],
  [
    'that the token is not there',
    { account: { name: 'robot', tokenMounted: false, powers: [{ ...power, where: 'shop', names: ['db'] }], morePowers: 2 } },
    '🔑 Service account `robot` may: read secrets named `db` in `shop` (`ClusterRoleBinding readers`); 2 more by other bindings; its token is not mounted here',
  ],
  [
    'how it is reached',
    {
      exposure: {
        services: [{ name: 'web', type: 'LoadBalancer', ports: ['443/TCP'], addresses: ['lb.example'] }],
        routes: [{ ingress: 'shop', host: 'shop.example', path: '/', to: 'web' }],
      },
    },
    '🌐 Exposed by Service `web` (LoadBalancer 443/TCP at `lb.example`), Ingress `shop.example/`',
  ],
  [
    'what brings it close to its node',
    {
      dangers: [
        { what: 'privileged', containers: ['a', 'b'] },
        { what: 'hostPID', containers: [] },
      ],
    },
    '🔓 Close to its node: `privileged` (`a` and 1 more), `hostPID`',
  ],
  [
    'who it is in the cloud',
    { account: { name: 'x', tokenMounted: true, cloudRole: 'arn:r', powers: [], morePowers: 0 } },
    '☁️ In the cloud it acts as `arn:r`',
  ],
  ['that there was one before', { earlier: { count: 1 } }, '🔁 1 earlier incident of this workload'],
  ['that it has gone', { absent: 'there is no pod shop/web-1 now' }, '⚠️ There is no pod shop/web-1 now'],
])('it says %s', (_name, changes, expected) => {
  expect(graveOf(changes)).toBe(expected)
})

test('the last of the earlier incidents is named, and what is worse comes first', () => {
  const text = graveOf({
    dangers: [{ what: 'privileged', containers: [] }],
    earlier: { count: 2, last: { id: 'i', title: 'Shell', status: 'closed', openedMs: 1_795_495_758_016 } },
  })
  expect(text).toMatch(/^🔓 .*\n🔁 2 earlier incidents of this workload, the last <!date\^1795495758.*>: Shell \(closed\)$/)
})

test('what could not be read is said beside what could', () => {
  const unread = ['list Ingress: forbidden', 'b', 'c', 'd', 'e']
  const text = JSON.stringify(incidentMessage(view({ context: { ...ordinary, unread } }), []))
  expect(text).toContain('Could not be read: list Ingress: forbidden; b; c and 2 more')
  expect(text).toContain('2 of 3 siblings ready')
})

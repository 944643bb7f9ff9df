import { expect, test } from 'vitest'
import { Context } from '../../../lib/context/context.ts'
import type { Incident } from '../../../lib/incident/incident.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import { threadReplies } from '../../../lib/slack/thread.ts'
import { detection } from '../../support/detection.ts'
import { ALICE, AT_MS, BY_RESPONSE, incidentOf, offerOf, planOf, recordOf, TARGET, viewOf } from '../../support/incident-view.ts'
import { mrkdwnIn } from './slack-limits.ts'

const NS = (seconds: number) => String(BigInt(seconds) * 1_000_000_000n)
const textsOf = (view: IncidentView): readonly string[] =>
  threadReplies(view).map(({ message }) =>
    mrkdwnIn(message.blocks)
      .join('\n')
      .replaceAll('\u2060', '')
      .replace(/<!date\^(\d+)\^[^>]*>/g, '@$1'),
  )
const keysOf = (view: IncidentView): readonly string[] => threadReplies(view).map(({ key }) => key)

const story = [
  detection({ rule: 'Shell', timeNs: NS(100) }),
  detection({ rule: 'Secret read', timeNs: NS(120), process: { cmdline: 'cat /etc/shadow' } }),
]
const firing: Incident['firings'][number] = {
  ...{ id: 'f1', correlation: 'Shell then read', severity: 4, group: ['demo', 'shop', 'web-1'], fromNs: NS(100), toNs: NS(120), hits: 2 },
  ...{ pods: ['shop/web-1'], containers: [] },
}

test('of an incident that was only seen, there is nothing to tell', () => {
  expect(threadReplies(viewOf())).toEqual([])
})

test('a correlation that came true is told with its window, its group and its rules in their order, and then its runbook, step by step', () => {
  const runbook = { of: 'Shell then read', text: '1. Who opened\n   the shell?\n2. Isolate.' }
  const incident = incidentOf(story, { firings: [firing], runbook })
  expect(textsOf(viewOf({ incident }))).toEqual([
    '🔗 *Shell then read* came true: 2 detections within 20 seconds, the last @120\nOf `demo` · `shop` · `web-1`\nSeen in that time: Shell → Secret read',
    '📖 *Runbook: Shell then read*\n1. Who opened the shell?\n2. Isolate.',
  ])
})

test('its rules are those of its own time and pods', () => {
  const other = detection({ rule: 'Elsewhere', timeNs: NS(110), pod: { namespace: 'shop', name: 'web-2' } })
  const late = detection({ rule: 'Later', timeNs: NS(130) })
  const [text] = textsOf(viewOf({ incident: incidentOf([...story, other, late], { firings: [firing] }) }))
  expect(text).toMatch(/Seen in that time: Shell → Secret read$/)
})

test.each([
  [9, []],
  [10, ['count-10']],
  [99, ['count-10']],
  [5000, ['count-1000']],
  [2_000_000, ['count-1000000']],
])('of %i detections the highest power of ten that was reached is told: %j', (count, keys) => {
  expect(keysOf(viewOf({ incident: incidentOf(story, { count }) }))).toEqual(keys)
})

test('repeats show what the message does not, and the latest', () => {
  const many = Array.from({ length: 12 }, (_, at) => detection({ timeNs: NS(at + 1), process: { cmdline: `step ${at}` } }))
  const [text = ''] = textsOf(viewOf({ incident: incidentOf(many) }))
  expect([...text.matchAll(/step (\d+)/g)].map((match) => Number(match[1]))).toEqual([5, 6, 7, 8, 9, 10, 11])
  expect(text).toMatch(/^🔂 \*10 detections\* and counting: 12 detections, first @1, last @12\n/)
})

const context = (changes: object = {}): Context =>
  Context.parse({
    ...{ atMs: AT_MS, of: 'shop/web-1', pod: { uid: 'u1', serviceAccount: 'robot', images: ['nginx'], labels: {} }, unread: [] },
    owners: [
      { kind: 'ReplicaSet', name: 'web-6b8', uid: 'r' },
      { kind: 'Deployment', name: 'web', uid: 'd' },
    ],
    events: [{ atMs: 5000, type: 'Warning', reason: 'BackOff', message: 'again', count: 3 }],
    ...changes,
  })

test('what the cluster says of the pod is told at length, once, and again when the pod is gone', () => {
  const view = viewOf({ context: context() })
  const [text] = textsOf(view)
  expect(text).toMatch(/^🔎 \*What the cluster says of\* `shop\/web-1` \(@1795495758\)\nOwned by `ReplicaSet web-6b8` ← `Deployment web`\n/)
  expect(text).toContain('⚠️ @5 BackOff: again (3 times)')
  expect(keysOf(viewOf({ context: context({ atMs: AT_MS + 60_000, events: [] }) }))).toEqual(keysOf(view))
  expect(keysOf(viewOf({ context: context({ absent: 'gone' }) }))).not.toEqual(keysOf(view))
  expect(keysOf(viewOf({ context: context({ pod: undefined }) }))).toEqual([])
})

test('of an incident of many pods the first few are described', () => {
  const pods = Array.from({ length: 50 }, (_, at) =>
    detection({ pod: { namespace: 'shop', name: `web-${at}` }, container: { id: `c${at}` }, timeNs: NS(at + 1) }),
  )
  const keys = (of: string) => keysOf(viewOf({ incident: incidentOf(pods, { count: 1 }), context: context({ of }) }))
  expect(keys('shop/web-4')).toHaveLength(1)
  expect(keys('shop/web-5')).toEqual([])
})

test('an outcome is told with where its evidence is', () => {
  const record = {
    ...recordOf('delete', { state: 'done' }, { reason: 'a miner' }),
    evidence: { uri: 's3://evidence/1', sha256: 'ab'.repeat(32) },
  }
  expect(textsOf(viewOf({ actions: [record] }))).toEqual([
    `✅ *Delete* done, evidence of it was kept first, asked by <@U0ALICE>: “a miner” @1795495758\nPod \`shop/web-1\`\n🗄️ Evidence: \`s3://evidence/1\`\nSHA-256 \`${'ab'.repeat(32)}\``,
  ])
})

test('what may yet turn out well is not told; another outcome of the same action is told again', () => {
  const failed = (retryable: boolean) => viewOf({ actions: [recordOf('isolate', { state: 'failed', why: 'away', retryable })] })
  expect(keysOf(failed(true))).toEqual([])
  const keys = [failed(false), viewOf({ actions: [recordOf('isolate', { state: 'done' })] })].flatMap(keysOf)
  expect(new Set(keys).size).toBe(2)
})

test('what a release has undone is told by the release', () => {
  const undone = { ...recordOf('isolate', { state: 'undone', why: 'by @alice' }), undoneBy: 'release' }
  const release = recordOf('release', { state: 'undone', why: 'isolate' })
  expect(textsOf(viewOf({ actions: [undone, release] }))).toEqual([
    expect.stringMatching(/^↩️ \*Release\* done: isolate, asked by <@U0ALICE>/),
  ])
  expect(textsOf(viewOf({ actions: [undone] }))).toEqual([expect.stringMatching(/^↩️ \*Isolate\* undone: by @alice/)])
})

test('what a response tried out on a hundred pods is told once; what guards refused apart from it', () => {
  const tried = (at: number) => ({
    ...recordOf('isolate', { state: 'dry_run', why: 'it would' }, { id: `t${at}`, by: BY_RESPONSE, dryRun: true }),
    settledMs: AT_MS + at,
  })
  const refused = {
    ...recordOf('isolate', { state: 'refused', guard: 'budget', why: 'enough' }, { id: 'r', by: BY_RESPONSE, dryRun: true }),
    settledMs: AT_MS + 500,
  }
  expect(
    textsOf(viewOf({ actions: [...Array.from({ length: 100 }, (_, at) => tried(at)), refused] })).map((text) => text.slice(0, 40)),
  ).toEqual([expect.stringContaining('only tried, not done'), expect.stringContaining('refused (budget)')])
})

test('two outcomes between two looks are both told, in their order, with what people did between them', () => {
  const claim = { user: 'U0ALICE', name: 'alice', atMs: AT_MS + 2000 }
  const decision = { kind: 'rejected', user: 'U0ALICE', name: 'alice', atMs: AT_MS + 4000, reason: 'no' } as const
  const silence = { name: 's', what: 'Shell', untilMs: AT_MS + 9000, by: 'alice', atMs: AT_MS + 5000, endedBy: 'bob' }
  const view = viewOf({
    incident: incidentOf(story, { status: 'closed', closedBy: 'alice', closedWhy: 'a drill' }),
    actions: [
      { ...recordOf('isolate', { state: 'done' }), settledMs: AT_MS + 3000 },
      { ...recordOf('label', { state: 'skipped', why: 'x' }), settledMs: AT_MS + 1000 },
    ],
    plans: [planOf('delete', { decision })],
    offers: [
      { sk: 'offer#1', offer: offerOf('acknowledge', { claim }) },
      {
        sk: 'offer#2',
        offer: offerOf('isolate', { people: 2, approvals: [{ user: 'U0BOB', name: 'bob', atMs: AT_MS + 2500 }], target: TARGET }),
      },
    ],
    silences: [silence],
  })
  expect(textsOf(view).map((text) => text.replace(/ @\d+.*/s, ''))).toEqual([
    '➖ *Label* skipped: x, asked by <@U0ALICE>',
    '👀 *Acknowledged* by <@U0ALICE>',
    '✋ *Isolate*: <@U0BOB> wants it',
    '✅ *Isolate* done, asked by <@U0ALICE>',
    '🚫 *Delete* of `shop/web-1` was rejected by <@U0ALICE>',
    '🔇 Shell: silenced by alice until',
    '🔔 Silence of Shell was ended by bob',
    '✔️ *Closed* by alice: “a drill”',
  ])
})

test('a key stays what it is while the incident grows', () => {
  const early = viewOf({
    incident: incidentOf(story, { firings: [firing] }),
    actions: [recordOf('label', { state: 'done' }, { by: ALICE })],
    context: context(),
  })
  const grown = viewOf({
    incident: incidentOf([...story, detection({ timeNs: NS(500) })], {
      firings: [{ ...firing, hits: 9 }],
      count: 4000,
      severity: 5,
      status: 'contained',
    }),
    actions: [recordOf('label', { state: 'done' }, { by: ALICE }), recordOf('isolate', { state: 'done' })],
    context: context({ atMs: AT_MS + 100_000, unread: ['events'] }),
  })
  expect(keysOf(grown)).toEqual(expect.arrayContaining([...keysOf(early)]))
})

test('an incident that is open again says so, and why', () => {
  const reopened = (why: 'worse' | 'another_container') =>
    viewOf({ incident: incidentOf(story, { acknowledgedBy: 'alice', reopened: { atMs: 7, why } }) })
  expect(textsOf(reopened('worse'))).toEqual(['🔔 *Open again*: something worse came after it was acknowledged by alice'])
  expect(textsOf(reopened('another_container'))).toEqual(['🔔 *Open again*: it was contained, and now another container is in it'])
  expect(keysOf(reopened('worse'))).toEqual(['reopened-7'])
})

test('a long line is a short notification, of whole characters and without markup', () => {
  const actions = [recordOf('isolate', { state: 'failed', why: '&<>`*'.repeat(200), retryable: false })]
  const [reply] = threadReplies(viewOf({ actions }))
  expect(reply?.message.text.length).toBeLessThanOrEqual(600)
  expect(reply?.message.text.replace(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[&<>`]/)
})

test('a thread has an end, and that the incident is closed is told all the same', () => {
  const actions = Array.from({ length: 400 }, (_, at) => ({
    ...recordOf('label', { state: 'done' }, { id: `${at}` }),
    settledMs: AT_MS + at,
  }))
  expect(threadReplies(viewOf({ actions }))).toHaveLength(150)
  const closed = textsOf(viewOf({ actions, incident: incidentOf(story, { status: 'closed' }) }))
  expect(closed).toHaveLength(151)
  expect(closed.at(-1)).toBe('✔️ *Closed* by itself, after a day without news')
})

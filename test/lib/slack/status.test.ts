import { expect, test } from 'vitest'
import { requestOf } from '../../../lib/response/offer.ts'
import type { Outcome } from '../../../lib/response/outcome.ts'
import { statusText } from '../../../lib/slack/status.ts'
import { detection } from '../../support/detection.ts'
import { AT_MS, BY_RESPONSE, incidentOf, offerOf, planOf, recordOf, TARGET, viewOf } from '../../support/incident-view.ts'

const claim = { user: 'U0ALICE', name: 'alice', atMs: AT_MS }

test.each<[string, Outcome | undefined, RegExp]>([
  ['under way', undefined, /^⏳ Isolate, asked by <@U0ALICE>$/],
  ['done', { state: 'done' }, /^✅ \*Isolate\* done, asked by <@U0ALICE> <!date/],
  ['skipped', { state: 'skipped', why: 'pod is gone' }, /➖ \*Isolate\* skipped: pod is gone/],
  ['refused', { state: 'refused', guard: 'unproven', why: 'no such container' }, /⛔ \*Isolate\* refused \(unproven\): no such container/],
  ['failed', { state: 'failed', why: '403', retryable: false }, /❌ \*Isolate\* failed: 403/],
  ['undone', { state: 'undone' }, /↩️ \*Isolate\* undone/],
  ['tried out', { state: 'dry_run', why: 'it would isolate the pod' }, /🧪 \*Isolate\* only tried, not done: it would isolate the pod/],
])('an action that is %s is told as such', (_name, outcome, expected) => {
  expect(statusText(viewOf({ actions: [recordOf('isolate', outcome)] }))).toMatch(expected)
})

test('who wanted it is told with the reason, and of two people both', () => {
  const by = { kind: 'user', id: 'U0BOB', name: 'bob', first: { id: 'U0ALICE', name: 'alice' } } as const
  const text = statusText(viewOf({ actions: [recordOf('delete', { state: 'done' }, { by, reason: 'a *miner*' })] }))
  expect(text.replaceAll('\u2060', '')).toContain('asked by <@U0ALICE>, with <@U0BOB>: “a *miner*”')
})

test('who is no user of Slack’s is shown and not mentioned', () => {
  expect(statusText(viewOf({ actions: [recordOf('isolate', undefined, { by: { kind: 'user', id: '!channel', name: '<!here>' } })] }))).toBe(
    '⏳ Isolate, asked by &lt;!here&gt;',
  )
})

test('of several pods the outcome says of which', () => {
  const incident = incidentOf(['web-1', 'web-2'].map((name) => detection({ pod: { namespace: 'shop', name } })))
  expect(statusText(viewOf({ incident, actions: [recordOf('isolate', { state: 'done' })] }))).toMatch(
    /^✅ \*Isolate\* on `shop\/web-1` done/,
  )
})

test('a response that observes says what it would do; one that asks, that it asks, until when, and of how many', () => {
  expect(statusText(viewOf({ plans: [planOf('isolate', { mode: 'observe' })] }))).toBe(
    '📋 Response "R" would isolate the pod (observing only): `shop/web-1`',
  )
  expect(statusText(viewOf({ plans: [planOf('isolate', { people: 2 })] }))).toMatch(
    /^📋 Response "R" asks for approval to isolate the pod, of two people, until <!date[^>]*>: `shop\/web-1`$/,
  )
})

test('what is asked for many pods is one line', () => {
  const plans = [1, 2, 3].map((at) => {
    const plan = planOf('isolate')
    return { ...plan, request: { ...plan.request, id: `p${at}`, target: { ...TARGET, pod: `web-${at}` } } }
  })
  expect(statusText(viewOf({ plans }))).toMatch(/^[^\n]*`shop\/web-1` and 2 more pods$/)
})

test('a rejection is told with who, when and why, and nothing is asked any more', () => {
  const decision = { kind: 'rejected', user: 'U0ALICE', name: 'alice', atMs: AT_MS, reason: 'a drill' } as const
  expect(statusText(viewOf({ plans: [planOf('isolate', { decision })] }))).toMatch(
    /^🚫 \*Isolate\* of `shop\/web-1` was rejected by <@U0ALICE> <!date[^>]*>: “a drill”$/,
  )
})

test('an approval is told until its outcome tells it', () => {
  const decision = { kind: 'approved', user: 'U0ALICE', name: 'alice', atMs: AT_MS } as const
  const offer = offerOf('isolate', { plan: 'plan-isolate', target: TARGET, claim })
  const pressed = viewOf({ plans: [planOf('isolate', { decision })], offers: [{ sk: 'offer#1', offer }] })
  expect(statusText(pressed)).toMatch(/👍 \*Isolate\*.*approved by[\s\S]*⏳ Isolate was pressed by <@U0ALICE>/)
  const record = recordOf('isolate', { state: 'done' }, { id: requestOf(offer)?.id ?? '' })
  expect(statusText({ ...pressed, actions: [record] })).toMatch(/^✅ \*Isolate\* done[^\n]*$/)
})

test('the first of two is named, and that it takes another', () => {
  const offer = offerOf('isolate', { people: 2, approvals: [claim] })
  expect(statusText(viewOf({ offers: [{ sk: 'offer#1', offer }] }))).toBe('✋ Isolate: <@U0ALICE> wants it; it takes one more person')
})

test('silences are told, with their end; and those of rules by name', () => {
  const silence = { name: 's', what: '"Shell" on shop/web, for 1 hour', untilMs: AT_MS, by: 'alice', atMs: 1 }
  const view = viewOf({ silences: [silence], incident: incidentOf([detection()], { silenced: ['s', 'maintenance'] }) })
  expect(statusText(view)).toMatch(
    /^🔇 "Shell" on shop\/web, for 1 hour: silenced by alice until <!date[^\n]*\n🔇 Part of it is kept quiet by `maintenance`$/,
  )
  expect(statusText(viewOf({ silences: [{ ...silence, endedBy: 'bob' }] }))).toBe(
    '🔔 Silence of "Shell" on shop/web, for 1 hour was ended by bob',
  )
})

test('of many outcomes the last are shown, in their order, and how many came before', () => {
  const actions = Array.from({ length: 20 }, (_, at) => ({
    ...recordOf('label', { state: 'skipped', why: `no ${at}` }, { by: BY_RESPONSE, id: `${at}` }),
    settledMs: AT_MS + at,
  }))
  const lines = statusText(viewOf({ actions: actions.toReversed() })).split('\n')
  expect(lines[0]).toBe('… 12 earlier outcomes, told in the thread')
  expect(lines.slice(1).map((line) => /no (\d+)/.exec(line)?.[1])).toEqual(['12', '13', '14', '15', '16', '17', '18', '19'])
})

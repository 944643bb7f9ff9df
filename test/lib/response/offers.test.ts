import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { subjectOf } from '../../../lib/incident/group.ts'
import type { Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { decidePlan, isDecisionOf } from '../../../lib/response/decision.ts'
import { claimOffer, ensureOffer, type Offer, offerFor, requestOf } from '../../../lib/response/offer.ts'
import { isPending, offerTitle, wantedOffers } from '../../../lib/response/offers.ts'
import { type PlannedAction, planSortKey } from '../../../lib/response/plan.ts'
import type { IncidentView } from '../../../lib/response/view.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const HOUR_MS = 3600_000
const DETECTION: Detection = {
  id: 'a'.repeat(64),
  agent: 'falco',
  rule: 'Terminal shell in container',
  severity: 3,
  priority: 'Notice',
  source: 'syscall',
  timeNs: `${NOW}000000`,
  receivedMs: NOW,
  cluster: 'demo',
  pod: { namespace: 'shop', name: 'cart-6f7d9c4b8-x2x4z', uid: 'uid-1' },
  container: { id: 'abcdefabcdef' },
  message: '',
  tags: [],
  mitre: [],
  fields: {},
}
const TARGET = { cluster: 'demo', namespace: 'shop', pod: 'cart-6f7d9c4b8-x2x4z', uid: 'uid-1', seenNs: DETECTION.timeNs }

function plan(of: Partial<PlannedAction> = {}, id = 'plan-1', action = 'isolate'): PlannedAction {
  const request = {
    id,
    incident: 'i',
    action,
    parameters: {},
    target: TARGET,
    by: { kind: 'response' as const, name: 'r' },
    expiresMs: NOW + HOUR_MS,
  }
  return { response: 'r', mode: 'approve', step: 0, people: 1, request, ...of }
}

function view(of: Partial<Omit<IncidentView, 'incident'>> & { readonly incident?: Partial<Incident> } = {}): IncidentView {
  const news = { batch: 'b', evidence: [evidenceOf(DETECTION)], fired: [], nowMs: NOW }
  const incident = mergeIncident(undefined, { id: 'i', subject: subjectOf(DETECTION), cause: 'x' }, news)
  if (!incident) throw new Error('no incident')
  return { context: undefined, plans: [], actions: [], silences: [], offers: [], ...of, incident: { ...incident, ...of.incident } }
}
const offered = (of: IncidentView) => wantedOffers(of, NOW).map(({ action, plan: asked }) => (asked ? `approve ${action}` : action))
const held = (untilMs: number, endedBy?: string) => ({
  name: 'silence-1',
  what: 'x',
  untilMs,
  by: 'alice',
  atMs: NOW,
  ...(endedBy ? { endedBy } : {}),
})

describe('what is offered', () => {
  test.each([
    ['of an open incident', {}, ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat']],
    ['of an acknowledged one', { incident: { status: 'acknowledged' } }, ['isolate', 'delete', 'silence', 'not_a_threat']],
    ['of a contained one', { incident: { status: 'contained' } }, ['isolate', 'delete', 'silence', 'not_a_threat']],
    ['of a closed one', { incident: { status: 'closed' } }, []],
    ['where a response asks', { plans: [plan()] }, ['approve isolate', 'delete', 'reject', 'acknowledge', 'silence', 'not_a_threat']],
    [
      'where it was rejected',
      { plans: [plan({ decision: { kind: 'rejected', user: 'U1', name: 'x', atMs: NOW } })] },
      ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat'],
    ],
    [
      'where nobody answered in time',
      { plans: [plan({ request: { ...plan().request, expiresMs: NOW } })] },
      ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat'],
    ],
    [
      'where a response only observes',
      { plans: [plan({ mode: 'observe' })] },
      ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat'],
    ],
    ['where it is quiet', { silences: [held(NOW + 1)] }, ['isolate', 'delete', 'acknowledge', 'end_silence', 'not_a_threat']],
    ['where it was quiet', { silences: [held(NOW)] }, ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat']],
    ['where the silence was ended', { silences: [held(NOW + 1, 'bob')] }, ['isolate', 'delete', 'acknowledge', 'silence', 'not_a_threat']],
    ['of a closed one that is quiet', { incident: { status: 'closed' }, silences: [held(NOW + 1)] }, ['end_silence']],
  ] as const)('%s', (_name, of, actions) => {
    expect(offered(view(of as never))).toEqual(actions)
  })

  test('to reject is what asks now, and no more: another question is another button', () => {
    const [one] = wantedOffers(view({ plans: [plan()] }), NOW).filter(({ action }) => action === 'reject')
    const [two] = wantedOffers(view({ plans: [plan(), plan({ step: 1 }, 'plan-2', 'cordon')] }), NOW).filter(
      ({ action }) => action === 'reject',
    )
    expect(one?.parameters).toEqual({ plans: ['plan-1'] })
    expect(two?.parameters).toEqual({ plans: ['plan-1', 'plan-2'] })
    expect(one?.sk).not.toBe(two?.sk)
  })

  test('as a silence of one rule is of the worst, which stands in the offer', () => {
    const [silence] = wantedOffers(view(), NOW).filter(({ action }) => action === 'silence')
    expect(silence?.parameters).toMatchObject({ rule: 'Terminal shell in container' })
  })

  test.each([
    ['severity', { severity: 4 as const }, true],
    ['another rule', { rules: ['Terminal shell in container', 'x'] }, true],
    ['a correlation', { correlations: ['Shell, then secret'] }, true],
    ['more detections', { count: 99 }, false],
  ])('as a silence is of what is shown: with more %s it is another, if that is worse', (_name, incident, isAnother) => {
    const silenceOf = (of: IncidentView) => wantedOffers(of, NOW).find(({ action }) => action === 'silence')
    const [before, after] = [silenceOf(view()), silenceOf(view({ incident }))]
    expect(before?.sk !== after?.sk).toBe(isAnother)
    expect(before?.parameters.shown !== after?.parameters.shown).toBe(isAnother)
  })
})

test.each([
  ['isolate', 'Isolate'],
  [{ action: 'isolate' }, 'Isolate'],
  [{ action: 'isolate', plan: 'p' }, 'Approve: Isolate'],
  [{ action: 'scale_to_zero', plan: 'p' }, 'Approve: Scale to zero'],
  ['reject', 'Reject'],
  ['not_a_threat', 'Not a threat'],
  ['end_silence', 'End the silence'],
  ['constructor', 'constructor'],
])('the word for %j is %s', (of, word) => {
  expect(offerTitle(of)).toBe(word)
})

describe('an approval that came after a rejection', () => {
  const claim = { user: 'U1', name: 'x', atMs: NOW }
  const offer: Offer = {
    nonce: 'n',
    incident: 'i',
    action: 'isolate',
    parameters: {},
    target: TARGET,
    expiresMs: NOW,
    plan: 'plan-1',
    people: 1,
    approvals: [],
    claim,
  }
  const withDecision = (decision: PlannedAction['decision']) =>
    view({ plans: [plan(decision ? { decision } : {})], offers: [{ sk: 'offer#isolate#plan-1#0000', offer }] })

  test('waits for nothing', () => {
    expect(isPending(withDecision({ kind: 'rejected', ...claim }), 'isolate')).toBe(false)
    expect(isPending(withDecision({ kind: 'approved', ...claim, user: 'U2' }), 'isolate')).toBe(false)
    expect(isPending(withDecision({ kind: 'approved', ...claim }), 'isolate')).toBe(true)
    expect(isPending(withDecision(undefined), 'isolate')).toBe(true)
  })
})

describe('in the table', () => {
  const store = () => sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
  const made = async (of: ReturnType<typeof store>, people?: 2) =>
    ensureOffer(
      of,
      { incident: 'i', sk: 'offer#x', action: 'delete', parameters: {}, target: TARGET, expiresMs: NOW + 1, ...(people ? { people } : {}) },
      () => 'n'.repeat(32),
    )

  test('the first answer to a question stands, and a plan that is not there has none', async () => {
    const table = store()
    await table.put({ pk: 'incident#i', sk: planSortKey('plan-1'), data: plan() }, 'absent')
    const of = { incident: 'i', plan: 'plan-1' }
    const [yes, no] = [
      { kind: 'approved', user: 'U1', name: 'a', atMs: 1 } as const,
      { kind: 'rejected', user: 'U2', name: 'b', atMs: 2 } as const,
    ]
    const all = await Promise.all([decidePlan(table, of, yes), decidePlan(table, of, no), decidePlan(table, of, yes)])
    expect(new Set(all.map((one) => one?.decision?.kind)).size).toBe(1)
    const stands = all[0]?.decision
    expect([yes, no].filter((one) => isDecisionOf(stands, one))).toHaveLength(1)
    expect(await decidePlan(table, { incident: 'i', plan: 'other' }, yes)).toBeUndefined()
  })

  test('a claim keeps what was said with it, and gives the reason to the action', async () => {
    const table = store()
    const { nonce } = await made(table)
    const claimed = await claimOffer(table, nonce, { id: 'U1', name: 'a', reason: 'why', choice: '8h' }, { nowMs: NOW, people: 1 })
    expect(claimed).toMatchObject({ kind: 'claimed', isAgain: false })
    const offer = await offerFor(table, nonce)
    expect(offer?.claim).toEqual({ user: 'U1', name: 'a', atMs: NOW, reason: 'why', choice: '8h' })
    expect(offer && requestOf(offer)).toMatchObject({ reason: 'why' })
    expect(await claimOffer(table, nonce, { id: 'U1', name: 'a', reason: 'other' }, { nowMs: NOW, people: 1 })).toMatchObject({
      kind: 'claimed',
      isAgain: true,
      offer: { claim: { reason: 'why' } },
    })
  })

  test('of many who press at once one is first', async () => {
    const table = store()
    const { nonce } = await made(table)
    const users = Array.from({ length: 12 }, (_, at) => ({ id: `U${at}`, name: 'x' }))
    const results = await Promise.all(users.map((user) => claimOffer(table, nonce, user, { nowMs: NOW, people: 1 })))
    expect(results.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
    expect(results.filter(({ kind }) => kind === 'taken')).toHaveLength(11)
  })
})

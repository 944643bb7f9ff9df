import { expect, test } from 'vitest'
import { Context } from '../../../lib/context/context.ts'
import type { Severity } from '../../../lib/detection/detection.ts'
import { incidentMessage } from '../../../lib/slack/blocks.ts'
import { detection } from '../../support/detection.ts'
import { incidentOf, offerOf, recordOf, viewOf } from '../../support/incident-view.ts'

const textOf = (...given: Parameters<typeof incidentMessage>) => JSON.stringify(incidentMessage(...given))
const typesOf = (...given: Parameters<typeof incidentMessage>) => incidentMessage(...given).blocks.map(({ type }) => type)

test('it says what happened, where, and to what', () => {
  const text = textOf(viewOf(), [])
  for (const part of [
    'Low: Terminal shell in container',
    '*Pod*\\n`shop/web-1`',
    '*Workload*\\n`web` in `shop`',
    '*Cluster*\\n`demo`',
    '`node-1`',
    '`nginx:1.29`',
    '`bash`',
    '*What was seen*: 1 detection',
    'techniques/T1059/|T1059 Command and Scripting Interpreter>',
  ])
    expect(text).toContain(part)
})

test('once the cluster was asked, it says the owner, the team and what the account is', () => {
  const context = Context.parse({
    atMs: 1,
    pod: { uid: 'u', serviceAccount: 'robot', images: [], labels: { 'example.com/team': 'checkout', app: 'web' } },
    owners: [
      { kind: 'ReplicaSet', name: 'web-6b8', uid: 'r' },
      { kind: 'Deployment', name: 'web', uid: 'd' },
    ],
    unread: [],
  })
  const text = textOf(viewOf({ context }), [])
  for (const part of ['*Workload*\\n`Deployment web` in `shop`', '*Service account*\\n`robot`', '*Team*\\n`checkout`'])
    expect(text).toContain(part)
})

test.each<[Severity, string, string]>([
  [0, '#9aa0a6', 'Unknown'],
  [2, '#4a90d9', 'Low'],
  [3, '#d9a514', 'Medium'],
  [4, '#e06c1f', 'High'],
  [5, '#c62828', 'Critical'],
])('severity %i has the colour %s and the word %s', (severity, color, word) => {
  const message = incidentMessage(viewOf({ incident: incidentOf([detection()], { severity }) }), [])
  expect(message.color).toBe(color)
  expect(message.text).toContain(word)
})

test.each([
  ['acknowledged', '#ffbf00'],
  ['contained', '#2e7d32'],
  ['closed', '#9aa0a6'],
] as const)('a critical incident that is %s has the colour %s', (status, color) => {
  expect(incidentMessage(viewOf({ incident: incidentOf([detection()], { status, severity: 5 }) }), []).color).toBe(color)
})

test('an incident of several pods says how many, and which is the latest', () => {
  const incident = incidentOf(
    ['web-1', 'web-2', 'web-3'].map((name, at) => detection({ pod: { namespace: 'shop', name }, timeNs: `${at + 1}` })),
  )
  expect(textOf(viewOf({ incident }), [])).toContain('`shop/web-3`, the latest, and 2 more')
})

test('the runbook begins in the message; who reads on finds all of it in the thread', () => {
  const text = '1. Who opened the shell?\n   Ask that person.\n2. Which file?\n3. Isolate.'
  const shown = textOf(viewOf({ incident: incidentOf([detection()], { runbook: { of: 'C', text } }) }), [])
  expect(shown).toContain('📖 *Runbook*: 1. Who opened the shell? Ask that person. _(2 more in the thread)_')
})

test('a link to the page stands there when there is one, and nothing that could break out of it', () => {
  expect(textOf(viewOf(), [], { link: 'https://creance.example/i/1?t=a&s=b' })).toContain(
    '<https://creance.example/i/1?t=a&amp;s=b|Timeline>',
  )
  expect(textOf(viewOf(), [])).not.toContain('Timeline')
  for (const link of ['javascript:alert(1)', 'https://a.example/>|x', 'https://a.example/ <!channel>', 'not a link'])
    expect(textOf(viewOf(), [], { link })).not.toMatch(/<(?:javascript|https:\/\/a\.example|!channel)/)
})

const closed = incidentOf([detection()], { status: 'closed', closedBy: 'alice', closedWhy: 'a drill' })

test('a closed incident reads as closed: who and why, what was done, and no facts to act upon', () => {
  const view = viewOf({ incident: closed, actions: [recordOf('isolate', { state: 'undone', why: 'by sweep' })] })
  const text = textOf(view, [])
  for (const part of [
    'Closed: Terminal shell in container',
    '~Terminal shell in container~ was closed by alice: “a drill”',
    '*Isolate* undone',
    '1 detection',
  ])
    expect(text).toContain(part)
  expect(text).not.toContain('*What was seen*')
  expect(typesOf(view, [])).toEqual(['header', 'section', 'section', 'context'])
  expect(incidentMessage(view, []).text).toBe('Closed: Low: Terminal shell in container on shop/web-1 (closed)')
})

test('one that closed by itself says so', () => {
  expect(textOf(viewOf({ incident: incidentOf([detection()], { status: 'closed' }) }), [])).toContain(
    'was closed by itself, after a day without news',
  )
})

test('what is in force on a closed incident can be released, and nothing else can be pressed', () => {
  const offers = ['isolate', 'release', 'acknowledge', 'end_silence', 'silence', 'not_a_threat'].map((name) => offerOf(name))
  const text = textOf(viewOf({ incident: closed }), offers)
  expect([...text.matchAll(/"action_id":"([^"]*)"/g)].map((match) => match[1])).toEqual(['creance.release', 'creance.end_silence'])
})

test('an acknowledged incident says by whom, and one that is open again that it is', () => {
  const acknowledged = incidentOf([detection()], { status: 'acknowledged', acknowledgedBy: 'alice' })
  expect(textOf(viewOf({ incident: acknowledged }), [])).toContain('acknowledged by alice')
  const again = incidentOf([detection()], { acknowledgedBy: 'alice', reopened: { atMs: 1, why: 'worse' } })
  expect(textOf(viewOf({ incident: again }), [])).toContain('*Status*\\nopen again')
})

import { expect, test } from 'vitest'
import type { Digest } from '../../../lib/route/digest.ts'
import { digestMessage } from '../../../lib/slack/digest.ts'
import { AT_MS } from '../../support/incident-view.ts'
import { mrkdwnIn, problemsOf } from './slack-limits.ts'

const one = (at: number): Digest['worst'][number] => ({
  incident: `${at}`,
  title: `Rule ${at}`,
  place: `shop/web-${at}`,
  severity: 4,
  status: 'open',
})
const digest = (changes: Partial<Digest>): Digest => ({
  ...{ id: 'd', channel: 'C1', sinceMs: AT_MS - 60_000, lastMs: AT_MS, count: 2, bySeverity: [0, 0, 1, 0, 1, 0] },
  worst: [one(1), { ...one(2), severity: 2, status: 'contained' }],
  ...changes,
})

test('two are told with their severity, title, place and state', () => {
  const { text, color, blocks } = digestMessage(digest({}))
  expect(text).toBe('2 more incidents, told together: 1 high, 1 low')
  expect(color).toBe('#e06c1f')
  expect(mrkdwnIn(blocks).slice(0, 2)).toEqual([
    '🟠 *1 high*   🔵 *1 low*',
    '*The worst of them*\n🟠 High: *Rule 1* on `shop/web-1`\n🔵 Low: *Rule 2* on `shop/web-2` (contained)',
  ])
  expect(mrkdwnIn(blocks)[2]).toMatch(/^Since <!date\^1795495698\^.*the last <!date\^1795495758\^/)
})

test('of twenty thousand the worst ten are told, and how many more there are', () => {
  const worst = Array.from({ length: 30 }, (_, at) => one(at))
  const { text, blocks } = digestMessage(digest({ count: 20_000, bySeverity: [0, 12_000, 5000, 2000, 900, 100], worst }))
  expect(text).toBe('20,000 more incidents, told together: 100 critical, 900 high, 2,000 medium, 5,000 low, 12,000 informational')
  const [, list = ''] = mrkdwnIn(blocks)
  expect(list.match(/Rule \d+/g)).toHaveLength(10)
  expect(list).toMatch(/\n… and 19,990 more$/)
})

test('one is not many', () => {
  expect(digestMessage(digest({ count: 1, bySeverity: [0, 0, 0, 0, 1, 0], worst: [one(1)] })).text).toBe(
    '1 more incident, told together: 1 high',
  )
})

test('each of the worst has a link to its page where there is one', () => {
  const link = (incident: string) => `https://page.example/incidents/${incident}?link=v1&x`
  const [, list] = mrkdwnIn(digestMessage(digest({}), { link }).blocks)
  expect(list).toContain('🟠 High: *<https://page.example/incidents/1?link=v1&amp;x|Rule 1>* on `shop/web-1`')
  expect(list).toContain('*<https://page.example/incidents/2?link=v1&amp;x|Rule 2>*')
  expect(mrkdwnIn(digestMessage(digest({}), { link: () => undefined }).blocks)).toEqual(mrkdwnIn(digestMessage(digest({})).blocks))
})

test.each([
  { name: 'as long as they get', length: 500, has: true },
  { name: 'that would not fit', length: 3000, has: false },
])('with links $name, ten are named, within what Slack takes', ({ length, has }) => {
  const hostile = { title: '<!channel>|> *_~`'.repeat(50), place: `\`${'x'.repeat(400)}` }
  const worst = Array.from({ length: 12 }, (_, at) => ({ ...one(at), ...hostile }))
  const message = digestMessage(digest({ count: 12, bySeverity: [0, 0, 0, 0, 12, 0], worst }), {
    link: (incident) => `https://page.example/${incident}/${'y'.repeat(length)}`,
  })
  expect(problemsOf(message)).toEqual([])
  const said = mrkdwnIn(message.blocks).join('\n')
  expect(said.match(/🟠 High/g)).toHaveLength(10)
  expect(said).toContain('… and 2 more')
  expect(said.includes('<https://')).toBe(has)
  expect(said).not.toContain('<!channel>')
})

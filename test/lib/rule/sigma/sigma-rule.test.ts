import { expect, test } from 'vitest'
import { SigmaRule } from '../../../../lib/rule/sigma/sigma-rule.ts'

const RULE = { title: 'A rule', logsource: { product: 'falco' }, detection: { s: { rule: 'x' }, condition: 's' } }

const FULL = {
  ...RULE,
  id: '11111111-1111-4111-8111-111111111111',
  name: 'a_rule',
  related: [{ id: '22222222-2222-4222-8222-222222222222', type: 'derived' }],
  taxonomy: 'sigma',
  status: 'experimental',
  description: 'What it finds.',
  license: 'Apache-2.0',
  references: ['https://example.com/'],
  author: 'Someone',
  date: '2026-03-01',
  modified: '2026-03-02',
  logsource: { category: 'detection', product: 'falco', service: 'syscall', definition: 'how it is set up', custom: 'own' },
  fields: ['rule'],
  falsepositives: 'None known',
  level: 'high',
  tags: ['attack.t1059', 'attack.execution'],
  scope: ['server'],
  owner: { team: 'our own key' },
}

test('all that the specification has is read, and own keys are kept', () => {
  expect(SigmaRule.parse(FULL)).toEqual(FULL)
  expect(SigmaRule.parse(RULE)).toEqual(RULE)
})

test.each([
  { date: '2024/1/9' },
  { falsepositives: ['One', 'Two'] },
  { id: '11111111-1111-0111-0111-111111111111' },
  { detection: { ...RULE.detection, condition: ['s', 'not s'] } },
])('%j is accepted', (change) => {
  expect(SigmaRule.safeParse({ ...RULE, ...change }).success).toBe(true)
})

test.each([
  { change: { title: undefined }, path: ['title'], message: /expected string/ },
  { change: { title: '' }, path: ['title'], message: /expected a name/ },
  { change: { title: 'x'.repeat(257) }, path: ['title'], message: /expected at most 256 characters/ },
  { change: { id: 'one' }, path: ['id'], message: /expected a UUID/ },
  { change: { name: '' }, path: ['name'], message: /expected a name/ },
  { change: { related: [{ id: FULL.id, type: 'cousin' }] }, path: ['related', 0, 'type'], message: /expected one of "derived"/ },
  { change: { status: 'done' }, path: ['status'], message: /expected one of "stable"/ },
  { change: { level: 'HIGH' }, path: ['level'], message: /expected one of "informational"/ },
  { change: { date: 'March' }, path: ['date'], message: /expected a date, such as/ },
  { change: { date: '1.3.2026' }, path: ['date'], message: /expected a date, such as/ },
  { change: { tags: ['T1059'] }, path: ['tags', 0], message: /expected namespace.name/ },
  { change: { falsepositives: 1 }, path: ['falsepositives'], message: /expected a text, or a list/ },
  { change: { logsource: undefined }, path: ['logsource'], message: /expected object/ },
  { change: { logsource: { definition: 'x' } }, path: ['logsource'], message: /expected a category, a product or a service/ },
  { change: { detection: undefined }, path: ['detection'], message: /expected object/ },
  { change: { detection: { s: 'x' } }, path: ['detection', 'condition'], message: /expected a condition/ },
  { change: { detection: { s: 'x', condition: 1 } }, path: ['detection', 'condition'], message: /expected a condition/ },
  { change: { title: { length: { toString: 1, valueOf: 1 } } }, path: ['title'], message: /expected string/ },
])('$change is refused', ({ change, path, message }) => {
  const { error } = SigmaRule.safeParse({ ...RULE, ...change })
  expect(error?.issues[0]).toMatchObject({ path, message: expect.stringMatching(message) })
})

import { expect, test } from 'vitest'
import { compileBoundedMatch } from '../../../lib/incident/bounded-match.ts'
import { detection } from '../../support/detection.ts'

const compiled = (condition: string) => {
  const matches = compileBoundedMatch(condition)
  return typeof matches === 'function' ? matches : expect.fail(matches.message)
}

test('matches as any condition does', () => {
  const matches = compiled('alert.rule = "Terminal shell in container" and pod.namespace in (shop, bank) and not proc.name startswith x')
  expect(matches(detection())).toBe(true)
  expect(matches(detection({ rule: 'other' }))).toBe(false)
})

test('a detection with a long text is not matched by what looks at that text, and is by what does not', () => {
  const long = detection({ fields: { 'proc.cmdline': 'a'.repeat(4001), 'proc.name': 'bash' } })
  const short = detection({ fields: { 'proc.cmdline': 'a'.repeat(4000), 'proc.name': 'bash' } })
  for (const condition of [
    'proc.cmdline contains a',
    'not proc.cmdline contains evil',
    'alert.severity >= 0 and not tolower(proc.cmdline) = x',
  ])
    expect([condition, compiled(condition)(long), compiled(condition)(short)]).toEqual([condition, false, true])
  expect(compiled('proc.name = bash')(long)).toBe(true)
})

test.each([
  ['proc.cmdline regex ".*"', 'regex is not for', 1],
  ['alert.rule = x or (not proc.name iglob "a*")', 'iglob is not for', 24],
  ['fd.name pmatch (/etc)', 'pmatch is not for', 1],
  [Array(21).fill('alert.rule = x').join(' and '), 'too long', 1],
  [`proc.cmdline icontains oneof (${Array(41).fill('x').join(', ')})`, 'too long', 1],
  ['alert.nothing = x', 'nonexistent field', 1],
  ['alert.rule = = x', '', 14],
])('%s is refused, and where', (condition, says, column) => {
  const refused = compileBoundedMatch(condition)
  expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(says), column })
})

test('an incident of as many rules as are remembered is of bounded size', () => {
  compiled(
    `alert.rule in (${Array.from({ length: 50 }, (_, one) => `"rule ${one}"`).join(', ')}) and cluster.name = x and pod.namespace = y`,
  )
})

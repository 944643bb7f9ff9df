import { expect, test } from 'vitest'

// The page is plain JavaScript, which the type checker is not asked to read.
const file = '../../../local/slack/page/dates.js'
const { dateText } = (await import(file)) as { dateText: (date: Date, format: string, now?: Date) => string }

const NOW = new Date(2026, 7, 9, 12, 0, 0)

test.each([
  ['{date_num}', '2026-08-09'],
  ['{date_pretty}', 'today'],
  ['{date_short_pretty} {no_such_token}', 'today {no_such_token}'],
  ['seen {ago}', 'seen 5 minutes ago'],
  ['plain', 'plain'],
])('%j five minutes later reads %j', (format, expected) => {
  expect(dateText(new Date(NOW.getTime() - 5 * 60_000), format, NOW)).toBe(expected)
})

test.each([
  { days: -1, expected: 'yesterday' },
  { days: 1, expected: 'tomorrow' },
  { days: -2, expected: /2026/ },
])('a day $days away reads $expected', ({ days, expected }) => {
  expect(dateText(new Date(2026, 7, 9 + days, 23, 59), '{date_short_pretty}', NOW)).toMatch(expected)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCommand, readCommand } from '../../../lib/slack/command.ts'
import { commandFields } from '../../support/signed-press.ts'

test.each([
  ['', { word: 'help' }],
  ['help', { word: 'help' }],
  ['  STATUS ', { word: 'status' }],
  ['status now', { word: 'unclear' }],
  ['incidents', { word: 'incidents', most: 10 }],
  ['incidents 20', { word: 'incidents', most: 20 }],
  ['incidents 21', { word: 'unclear' }],
  ['incidents 0', { word: 'unclear' }],
  ['incidents -1', { word: 'unclear' }],
  ['silences', { word: 'silences' }],
  ['end silence-0123456789', { word: 'end', name: 'silence-0123456789' }],
  ['end', { word: 'unclear' }],
  ['stop', { word: 'stop', why: '' }],
  ['stop because the budget is wrong', { word: 'stop', why: 'the budget is wrong' }],
  [`stop ${'x'.repeat(301)}`, { word: 'unclear' }],
  ['resume', { word: 'resume' }],
  ['constructor', { word: 'unclear' }],
  ['__proto__', { word: 'unclear' }],
])('%j is %j', (text, command) => {
  expect(parseCommand(text)).toMatchObject(command)
})

test.each([
  ['alert.rule = x for 2h', { match: 'alert.rule = x', seconds: 7200, why: '' }],
  ['alert.rule = "wait for 1h" for 30m because of tests', { match: 'alert.rule = "wait for 1h"', seconds: 1800, why: 'of tests' }],
  ["alert.rule = 'a \" for 1h' for 1d", { match: "alert.rule = 'a \" for 1h'", seconds: 86_400 }],
  ['alert.rule = "a \\" for 1h" for 2h', { match: 'alert.rule = "a \\" for 1h"', seconds: 7200 }],
  ['alert.rule = x for 1h because it runs for 2h', { match: 'alert.rule = x', seconds: 3600, why: 'it runs for 2h' }],
  [
    'alert.severity &lt;= 3 and alert.rule = \u201ca &amp; b\u201d for 7d',
    { match: 'alert.severity <= 3 and alert.rule = "a & b"', seconds: 604_800 },
  ],
])('silence %s', (text, silence) => {
  expect(parseCommand(`silence ${text}`)).toMatchObject({ word: 'silence', ...silence })
})

test.each([
  '',
  'for 1h',
  'alert.rule = x',
  'alert.rule = x for 8d',
  'alert.rule = x for 0h',
  'alert.rule = "x for 1h',
  'alert.rule = x for ever',
  `${'x'.repeat(2001)} for 1h`,
])('silence %s is unclear, and says what was expected', (text) => {
  expect(parseCommand(`silence ${text}`)).toMatchObject({ word: 'unclear', problem: expect.stringMatching(/^silence: /) })
})

test('whatever is typed is a command or unclear, and a silence never lasts longer than 7 days', () => {
  const words = fc.array(
    fc.constantFrom('silence', 'for', '9999d', '1h', '"', "'", '\\', 'because', 'alert.rule', '=', 'x', 'end', 'stop'),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        words.map((all) => all.join(' ')),
      ),
      (text) => {
        const command = parseCommand(text)
        if (command.word === 'silence') expect(command.seconds).toBeLessThanOrEqual(604_800)
      },
    ),
  )
})

test('a text that would take long to read is read at once', () => {
  expect(parseCommand(`silence ${'for 1h '.repeat(1000)}`).word).toBe('unclear')
  expect(parseCommand(`silence ${'"\\'.repeat(3000)} for 1h`).word).toBe('unclear')
})

test('who asks is known by ids', () => {
  expect(readCommand(commandFields({ text: 'status', user: 'U0BOB', name: 'alice' }))).toMatchObject({
    app: 'A0CREANCE',
    workspace: 'T0CREANCE',
    channel: 'C0ALERTS',
    user: { id: 'U0BOB', name: 'alice' },
    text: 'status',
  })
})

test.each([{ user_id: '<!channel>' }, { team_id: '' }, { channel_id: 'x y' }, { text: 'x'.repeat(8001) }])(
  'fields with %o are invalid input',
  (change) => {
    expect(() => readCommand({ ...commandFields({ text: '' }), ...change })).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  },
)

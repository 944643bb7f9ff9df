import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clip, code, date, link, mention, plain } from '../../../lib/slack/text.ts'

test.each([
  ['<!channel>', '&lt;!channel&gt;'],
  ['<@U0ALICE>', '&lt;@U0ALICE&gt;'],
  ['<https://evil.example|ok>', '&lt;https://evil.example|ok&gt;'],
  ['a & b &amp; c', 'a &amp; b &amp;amp; c'],
  ['line one\n> quote\r\n• list', 'line one &gt; quote • list'],
  ['a\u202eb\u0000c', 'a\ufffdb\ufffdc'],
  ['a\u2028b\u200bc', 'a b\ufffdc'],
  ['half \ud83d of one', 'half \ufffd of one'],
  [':fire: nginx:1.29', ':\u2060fire: nginx:1.29'],
])('%j is shown as plain text %j', (text, shown) => {
  expect(plain(text)).toBe(shown)
})

test('what would format is kept apart from the words beside it', () => {
  expect(plain('*bold* _it_ ~no~ `code`').replaceAll('\u2060', '')).toBe('*bold* _it_ ~no~ ˋcodeˋ')
  expect(plain('*bold*')).not.toMatch(/(^|\s)\*\w/)
})

test.each([
  ['cat /etc/shadow', '`cat /etc/shadow`'],
  ['a`b', '`aˋb`'],
  ['', '` `'],
  ['<!here>', '`&lt;!here&gt;`'],
])('%j as code is %j', (text, shown) => {
  expect(code(text)).toBe(shown)
})

test('no text leaves its code span, or brings an unescaped angle bracket with it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      expect(code(text).slice(1, -1)).not.toMatch(/[`<>\n]/)
      expect(plain(text)).not.toMatch(/[<>\n]/)
      expect(plain(text).replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
    }),
  )
})

test('what is too long is cut with an ellipsis, and no character is cut in half', () => {
  expect(clip('abcdef', 4)).toBe('abc…')
  expect(clip('abcd', 4)).toBe('abcd')
  expect(clip('ab😀d', 4)).toBe('ab…')
})

test('a time is shown in the reader’s zone, with UTC to fall back on', () => {
  expect(date(1_795_495_758_016)).toBe('<!date^1795495758^{date_short_pretty} {time_secs}|2026-11-24T04:49:18Z>')
})

test('what is cut is whole up to there: no escape is cut, and quotes count as JSON has them', () => {
  expect(plain('&&&&', 12)).toBe('&amp;&amp;…')
  expect(code('&&&&', 12)).toBe('`&amp;…`')
  expect(JSON.stringify(plain('"'.repeat(500), 100)).length).toBeLessThanOrEqual(102)
  expect(plain('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(9)}…`)
  expect(plain('\n'.repeat(5000), 10)).toBe(' …')
})

test('a user is mentioned by an id of Slack’s, and by nothing else', () => {
  expect(mention('U0ALICE')).toBe('<@U0ALICE>')
  expect(mention('U0ALICE> <!channel', 'alice')).toBe('alice')
  expect(mention('', '')).toBe('somebody')
})

test.each([
  ['https://a.example/x?a=1&b=2', '<https://a.example/x?a=1&amp;b=2|Words>'],
  ['javascript:alert(1)', 'Words'],
  ['https://a.example/>|y', 'Words'],
  ['https://a.example/\u202e', 'Words'],
  ['https://', 'Words'],
])('a link to %j is %s', (address, shown) => {
  expect(link(address, 'Words')).toBe(shown)
})

import { expect, test } from 'vitest'
import { parseAuditEvent } from '../../../lib/audit/event.ts'
import { eventOf } from './audit-event.ts'

const at = (time: unknown) => JSON.stringify({ stageTimestamp: time })

test.each([
  { time: '2024-05-06T07:08:09Z', timeNs: '1714979289000000000' },
  { time: '2024-05-06T07:08:09.5Z', timeNs: '1714979289500000000' },
  { time: '2024-05-06T07:08:09.123456Z', timeNs: '1714979289123456000' },
  { time: '2024-05-06T07:08:09.123456789987Z', timeNs: '1714979289123456789' },
  { time: '2024-05-06T09:08:09+02:00', timeNs: '1714979289000000000' },
  { time: '2024-02-29T00:00:00Z', timeNs: '1709164800000000000' },
  { time: '1970-01-01T00:00:00Z', timeNs: '0' },
])('the time of $time is $timeNs', ({ time, timeNs }) => {
  expect(eventOf(at(time)).timeNs).toBe(timeNs)
})

test.each([
  '2024-05-06 07:08:09Z',
  '2024-05-06T07:08:09',
  '2024-05-06t07:08:09z',
  '2024-05-06',
  '2023-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-05-06T24:00:00Z',
  '2024-05-06T07:08:60Z',
  '2024-13-06T07:08:09Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59Z',
  '',
  'now',
  1714979289,
  null,
  undefined,
  ['2024-05-06T07:08:09Z'],
])('%j is no time of an event', (time) => {
  expect(parseAuditEvent(at(time))).toEqual({ refused: 'stageTimestamp: expected an RFC 3339 time' })
})

test.each([
  { name: 'no JSON', text: "{'a':1}", refused: 'not JSON' },
  { name: 'a trailing comma', text: '{"a":1,}', refused: 'not JSON' },
  { name: 'a scalar', text: '1', refused: 'stageTimestamp: expected an RFC 3339 time' },
  { name: 'an array', text: '[]', refused: 'stageTimestamp: expected an RFC 3339 time' },
])('$name is no event', ({ text, refused }) => {
  expect(parseAuditEvent(text)).toEqual({ refused })
})

test('the text of an event has no blanks, and all else as it is written', () => {
  const written = ' {\n "stageTimestamp" : "2024-05-06T07:08:09Z",\t"a b" : [ 1.50 , "\\u0077 \\" , " , {} ], "a b": { } }\r\n'
  expect(eventOf(written).text).toBe('{"stageTimestamp":"2024-05-06T07:08:09Z","a b":[1.50,"\\u0077 \\" , ",{}],"a b":{}}')
})

test('a lone surrogate in the payload becomes U+FFFD', () => {
  expect(eventOf('{"stageTimestamp":"2024-05-06T07:08:09Z","a":"\ud800"}').text).toContain('"a":"\ufffd"')
})

const sized = (bytes: number, filler = 'x') => {
  const head = '{"stageTimestamp":"2024-05-06T07:08:09Z","a":"'
  const left = bytes - head.length - 2
  const count = Math.floor(left / Buffer.byteLength(filler))
  return `${head}${filler.repeat(count)}${'x'.repeat(left - count * Buffer.byteLength(filler))}"}`
}

test.each(['x', 'é', '€', '😀'])('an event of %s is refused from 262145 bytes on', (filler) => {
  expect('refused' in parseAuditEvent(sized(262_144, filler))).toBe(false)
  expect(parseAuditEvent(sized(262_145, filler))).toEqual({ refused: 'more than 262144 bytes' })
})

test('blanks do not count', () => {
  expect('refused' in parseAuditEvent(sized(262_144).replace(',', `,${' '.repeat(1000)}`))).toBe(false)
})

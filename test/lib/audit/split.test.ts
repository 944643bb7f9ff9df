import { expect, test } from 'vitest'
import { splitAudit } from '../../../lib/audit/split.ts'
import { TIME } from './audit-event.ts'

const event = (id: number, more: object = {}) => ({ kind: 'Event', auditID: `${id}`, stageTimestamp: TIME, ...more })
const item = (id: number) => ({ auditID: `${id}`, stageTimestamp: TIME })
const list = (...items: unknown[]) => ({ kind: 'EventList', items })
const late = { kind: 'Event', auditID: 'late' }

test.each([
  { name: 'an Event', payload: event(1), ids: ['1'], refused: 0 },
  { name: 'an EventList', payload: list(item(1), item(2)), ids: ['1', '2'], refused: 0 },
  {
    name: 'items of whatever kind',
    payload: list(event(1), { ...item(2), kind: 'EventList' }, { ...item(3), kind: 5 }),
    ids: ['1', '2', '3'],
    refused: 0,
  },
  { name: 'an array', payload: [event(1), event(2)], ids: ['1', '2'], refused: 0 },
  { name: 'arrays within arrays', payload: [[event(1)], [[list(item(2))], []]], ids: ['1', '2'], refused: 0 },
  { name: 'an empty array', payload: [], ids: [], refused: 0 },
  { name: 'an Event without a time', payload: late, ids: [], refused: 1 },
  { name: 'an item without a time', payload: list(item(1), { auditID: 'x' }, item(2)), ids: ['1', '2'], refused: 1 },
  { name: 'items that are no objects', payload: list(item(1), null, 5, 'x', [item(2)]), ids: ['1'], refused: 4 },
  { name: 'an Event without a time in an array', payload: [event(1), late, event(2)], ids: ['1', '2'], refused: 1 },
  { name: 'an event without an auditID', payload: { kind: 'Event', stageTimestamp: TIME }, ids: [undefined], refused: 0 },
])('$name gives events $ids, $refused refused', ({ payload, ids, refused }) => {
  const split = splitAudit(JSON.stringify(payload))
  expect(split.events.map(({ text }) => JSON.parse(text).auditID)).toEqual(ids)
  expect(split.refused.length).toBe(refused)
})

const UNKNOWN = 'data not recognized as a k8s audit event'
const EMPTY = 'an EventList without items'

test.each([
  { name: 'an element of no kind', payload: JSON.stringify([event(1), {}]), reason: UNKNOWN },
  { name: 'a scalar element', payload: JSON.stringify([event(1), 5]), reason: UNKNOWN },
  { name: 'an empty EventList as an element', payload: JSON.stringify([event(1), list()]), reason: EMPTY },
  { name: 'an EventList without items', payload: '{"kind":"EventList"}', reason: EMPTY },
  { name: 'an EventList with null items', payload: '{"kind":"EventList","items":null}', reason: EMPTY },
  { name: 'an EventList whose items are no array', payload: '{"kind":"EventList","items":{}}', reason: EMPTY },
  { name: 'another kind', payload: JSON.stringify(event(1, { kind: 'Pod' })), reason: UNKNOWN },
  { name: 'a kind in other case', payload: JSON.stringify(event(1, { kind: 'event' })), reason: UNKNOWN },
  { name: 'a kind that is no text', payload: JSON.stringify(event(1, { kind: ['Event'] })), reason: UNKNOWN },
  { name: 'no kind', payload: JSON.stringify(item(1)), reason: UNKNOWN },
  { name: 'the first of two kinds', payload: `{"kind":"Pod",${JSON.stringify(event(1)).slice(1)}`, reason: UNKNOWN },
  { name: 'a number', payload: '1', reason: UNKNOWN },
  { name: 'a text', payload: '"Event"', reason: UNKNOWN },
  { name: 'null', payload: 'null', reason: UNKNOWN },
  { name: 'nothing', payload: '', reason: 'not JSON' },
  { name: 'blanks', payload: ' \n', reason: 'not JSON' },
  { name: 'single quotes', payload: "{'kind':'Event'}", reason: 'not JSON' },
  { name: 'a trailing comma', payload: `[${JSON.stringify(event(1))},]`, reason: 'not JSON' },
  { name: 'trailing text', payload: `${JSON.stringify(event(1))} x`, reason: 'not JSON' },
  { name: 'two objects', payload: `${JSON.stringify(event(1))}\n${JSON.stringify(event(2))}`, reason: 'not JSON' },
  { name: 'half an event', payload: JSON.stringify(event(1)).slice(0, -5), reason: 'not JSON' },
  { name: 'a byte order mark', payload: `\ufeff${JSON.stringify(event(1))}`, reason: 'not JSON' },
])('$name refuses the whole payload', ({ payload, reason }) => {
  expect(splitAudit(payload)).toEqual({ events: [], refused: [{ text: payload, reason }] })
})

test('a refused event is told with its own text and reason', () => {
  const { refused } = splitAudit('{"kind":"EventList","items":[{ "a": 1.50 }]}')
  expect(refused).toEqual([{ text: '{"a":1.50}', reason: 'stageTimestamp: expected an RFC 3339 time' }])
})

test('an event that is too large is refused alone', () => {
  const split = splitAudit(JSON.stringify(list(item(1), { ...item(2), data: 'x'.repeat(262_144) }, item(3))))
  expect(split.events.map(({ text }) => text)).toEqual([JSON.stringify(item(1)), JSON.stringify(item(3))])
  expect(split.refused.map(({ reason }) => reason)).toEqual(['more than 262144 bytes'])
})

test('of more than 1000 refused events the last entry tells how many', () => {
  const { refused } = splitAudit(JSON.stringify(list(item(1), ...Array.from({ length: 1500 }, () => null))))
  expect(refused.length).toBe(1001)
  expect(refused.at(-1)).toEqual({ text: '', reason: '500 more events' })
})

test('events of a payload are numbered, and know the first one’s time', () => {
  const { events } = splitAudit(JSON.stringify([event(1), late, event(2, { stageTimestamp: '2024-05-06T07:08:10Z' })]))
  expect(events.map(({ number, firstTimeNs }) => [number, firstTimeNs])).toEqual([
    [1, '1714979289000000001'],
    [2, '1714979289000000001'],
  ])
})

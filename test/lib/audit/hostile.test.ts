import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuditEvent } from '../../../lib/audit/event.ts'
import { auditFields } from '../../../lib/audit/fields.ts'
import { splitAudit } from '../../../lib/audit/split.ts'
import type { Field, Value } from '../../../lib/condition/field.ts'
import { eventOf, eventWith, fieldValue, TIME } from './audit-event.ts'

const NAMES = [...auditFields.fieldNames()]
const KEYS =
  'auditID annotations user groups username objectRef resource requestURI requestObject subjects rules verbs kind name namespace data'
    .concat(
      ' spec containers initContainers image ports hostPort command args securityContext capabilities add privileged volumes hostPath',
    )
    .concat(' path runAsUser responseObject metadata items stageTimestamp __proto__ constructor toString')
    .split(' ')

const key = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...KEYS) }, fc.string({ unit: 'binary' }))
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double().map((number) => (Number.isFinite(number) ? number : 0)),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('Event', 'EventList', TIME, '\0', '\ud800', 'pods', 'User'),
)
/** JSON texts with keys that stand twice, and blanks. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar.map((value) => JSON.stringify(value)),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(' ,')}]`),
    fc
      .array(fc.tuple(key, tie('json')), { maxLength: 6 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')}}`),
  ),
}))
const event = fc
  .array(fc.tuple(key, json), { maxLength: 8 })
  .map((members) => eventWith(members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')))

/** All fields, with whatever argument they take. */
const fieldsWith = (argument: string): Field<AuditEvent>[] =>
  NAMES.flatMap((name) => [auditFields.field(name, undefined), auditFields.field(name, argument)]).filter(
    (found): found is Field<AuditEvent> => found !== undefined && !('refused' in found),
  )

function isOfType({ type, list = false }: Field<AuditEvent>, value: Value | undefined): boolean {
  if (value === undefined) return true
  if (list) return Array.isArray(value) && value.length > 0 && value.every(isText)
  if (type === 'string') return isText(value)
  return type === 'bool' ? typeof value === 'boolean' : typeof value === 'bigint' || typeof value === 'number'
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed()
}

test('no payload throws, and each is split or refused', () => {
  const payload = fc.oneof(
    json,
    json.map((text) => text.slice(1)),
    fc.string({ unit: 'binary' }),
    json.map((text) => `{"kind":"EventList","items":[${text}]}`),
  )
  fc.assert(
    fc.property(payload, (text) => {
      const { events, refused } = splitAudit(text)
      for (const { text: own } of events) expect(() => JSON.parse(own)).not.toThrow()
      expect(events.length + refused.length > 0 || /^[[\]\s,]*$/.test(text)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('no field of any event throws, or gives what is not of its type', () => {
  fc.assert(
    fc.property(
      event,
      fc.oneof(fc.nat({ max: 5 }).map(String), fc.string(), fc.constantFrom(...KEYS), fc.constant('9'.repeat(400))),
      (made, argument) => {
        for (const field of fieldsWith(argument)) expect(isOfType(field, field.get(made))).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('no name or argument throws', () => {
  const made = eventWith({ verb: 'get' })
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...NAMES), key),
      fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      (name, argument) => {
        const field = auditFields.field(name, argument)
        if (field !== undefined && !('refused' in field)) expect(isOfType(field, field.get(made))).toBe(true)
      },
    ),
  )
})

test('a text comes through as it is, up to its NUL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const [expected] = text.split('\0')
      const escaped = text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      expect(fieldValue('ka.verb', eventWith({ verb: text }))).toBe(expected)
      expect(fieldValue('ka.verb', eventWith(`"verb":"${escaped}"`))).toBe(expected)
      expect(fieldValue('ka.user.groups', eventWith({ user: { groups: [text, 'x'] } }))).toEqual([expected, 'x'])
    }),
  )
})

test('an event that is split again from its text is the same', () => {
  fc.assert(
    fc.property(event, ({ text }) => {
      expect(eventOf(text).text).toBe(text)
    }),
  )
})

test('fields see what JSON.parse sees, if no key stands twice', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const found = fieldValue('jevt.value[/v]', eventWith({ v: value }))
      const text = typeof value === 'string' ? value.split('\0')[0] : JSON.stringify(value)
      expect(found).toBe(text?.toWellFormed())
    }),
  )
})

const auditEvent = (inside: string) => `{"kind":"Event","auditID":"1","stageTimestamp":"${TIME}",${inside}}`
const nested = (depth: number, inside = '') => '['.repeat(depth) + inside + ']'.repeat(depth)

test.each([
  { name: '100,000 levels', payload: nested(100_000), events: 0 },
  { name: '100,000 levels that never end', payload: '['.repeat(100_000), events: 0 },
  { name: '100,000 levels within an event', payload: auditEvent(`"x":${nested(100_000)}`), events: 0 },
  { name: '301 levels', payload: auditEvent(`"x":${nested(300)}`), events: 0 },
  { name: '300 levels', payload: auditEvent(`"x":${nested(299)}`), events: 1 },
  { name: 'objects 100,000 deep', payload: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, events: 0 },
  { name: 'an array of a million', payload: `[${'0,'.repeat(1_000_000)}0]`, events: 0 },
  { name: 'a text of a million characters', payload: auditEvent(`"verb":"${'x'.repeat(1_000_000)}"`), events: 0 },
  { name: 'quotes and backslashes', payload: auditEvent(`"verb":"${'\\\\\\"'.repeat(60_000)}"`), events: 1 },
  { name: 'backslashes alone', payload: auditEvent(`"verb":"${'\\\\'.repeat(120_000)}"`), events: 1 },
  {
    name: 'containers within arrays',
    payload: auditEvent(`"requestObject":{"spec":{"containers":${nested(290, `${'{},'.repeat(40_000)}{}`)}}}`),
    events: 1,
  },
  {
    name: 'one long text for each of many containers',
    payload: auditEvent(`"requestObject":{"spec":{"runAsUser":"${'x'.repeat(130_000)}","containers":[${'{},'.repeat(40_000)}{}]}}`),
    events: 1,
  },
  { name: '20,000 keys', payload: auditEvent(Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')), events: 1 },
  { name: 'a query of separators', payload: auditEvent(`"requestURI":"/?${'&'.repeat(250_000)}"`), events: 1 },
])('$name are read in no time', ({ payload, events }) => {
  const split = splitAudit(payload)
  expect(split.events.length).toBe(events)
  for (const made of split.events) for (const field of fieldsWith('0')) expect(isOfType(field, field.get(made))).toBe(true)
})

import { expect, test } from 'vitest'
import * as z from 'zod'
import { issueWords } from '../../../lib/rule/issue-words.ts'

const Item = z.strictObject({
  route: z.strictObject({
    name: z.string(),
    min_severity: z.enum(['low', 'high']).optional(),
    hours: z.array(z.strictObject({ from: z.string() })).default([]),
    to: z.union([z.strictObject({ channel: z.string(), thread: z.boolean().optional() }), z.strictObject({ user: z.string() })]).optional(),
  }),
})
const words = (value: unknown) =>
  issueWords(Item, Item.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join('/')} ${message}`)

test.each([
  [
    'a key that is nearly one',
    { name: 'a', min_severty: 'low' },
    ['route/min_severty route: Unrecognized key: "min_severty"; did you mean min_severity?'],
  ],
  ['a key that is like none', { name: 'a', x: 1 }, ['route/x route: Unrecognized key: "x"; expected one of name, min_severity, hours, to']],
  [
    'one within a list',
    { name: 'a', hours: [{ from: '1', frm: '2' }] },
    ['route/hours/0/frm route.hours.0: Unrecognized key: "frm"; did you mean from?'],
  ],
  ['what is missing', {}, ['route/name route.name: missing; expected string']],
  [
    'a mapping where a list is wanted',
    { name: 'a', hours: {} },
    ['route/hours route.hours: expected array, received object (a list: each element begins with “- ”)'],
  ],
  ['a word that is none', { name: 'a', min_severity: 'lo' }, ['route/min_severity route.min_severity: expected one of low, high']],
  [
    'of several shapes the one that comes nearest',
    { name: 'a', to: { channel: 'C', thread: 1 } },
    ['route/to/thread route.to.thread: expected boolean, received number'],
  ],
  [
    'an inherited name',
    JSON.parse('{"name": "a", "__proto__": 1}'),
    ['route/__proto__ route: Unrecognized key: "__proto__"; expected one of name, min_severity, hours, to'],
  ],
])('%s is told at its place', (_name, route, expected) => {
  expect(words({ route })).toEqual(expected)
})

import { expect, test } from 'vitest'
import { numericOf } from '../../../../lib/rule/sigma/number.ts'
import { timePart } from '../../../../lib/rule/sigma/time.ts'
import { detection } from '../../../support/detection.ts'
import { selecting } from './matching.ts'

test.each([
  { value: 7, number: 7 },
  { value: '7', number: 7 },
  { value: '-0.5', number: -0.5 },
  { value: '9007199254740993', number: 9007199254740993n },
  { value: '007', number: undefined },
  { value: '0x10', number: undefined },
  { value: '1e3', number: undefined },
  { value: ' 7', number: undefined },
  { value: '', number: undefined },
  { value: '9'.repeat(100_000), number: undefined },
  { value: Number.NaN, number: undefined },
  { value: true, number: undefined },
])('$value is the number $number', ({ value, number }) => {
  expect(numericOf(value)).toBe(number)
})

test.each([
  { selection: { n: 80 }, value: 80, holds: true },
  { selection: { n: 80 }, value: '80', holds: true },
  { selection: { n: 80 }, value: '80.0', holds: true },
  { selection: { n: 80 }, value: 8080, holds: false },
  { selection: { n: '80' }, value: 80, holds: true },
  { selection: { n: 1.5 }, value: '1.50', holds: true },
  { selection: { 'n|gt': 80 }, value: 81, holds: true },
  { selection: { 'n|gt': 80 }, value: 80, holds: false },
  { selection: { 'n|gte': 80 }, value: 80, holds: true },
  { selection: { 'n|lt': 80 }, value: '79', holds: true },
  { selection: { 'n|lt': 80 }, value: '080', holds: false },
  { selection: { 'n|lte': 80 }, value: 80, holds: true },
  { selection: { 'n|lte': 80 }, value: 81, holds: false },
  { selection: { 'n|lt': 80 }, value: 'many', holds: false },
  { selection: { 'n|lt': 80 }, value: null, holds: false },
  { selection: { 'n|gt': 80 }, value: [1, 100], holds: true },
  { selection: { 'n|gt': '9007199254740992' }, value: '9007199254740993', holds: true },
  { selection: { 'n|gt': '9007199254740993' }, value: '9007199254740993', holds: false },
  { selection: { n: '9007199254740993' }, value: '9007199254740992', holds: false },
])('$selection on $value → $holds', ({ selection, value, holds }) => {
  expect(selecting(selection)(detection({ fields: { n: value } }))).toBe(holds)
})

test.each([
  { text: '2026-11-24T17:13:23Z', unit: 'minute', part: 13 },
  { text: '2026-11-24T17:13:23.123456789+05:30', unit: 'hour', part: 17 },
  { text: '2026-11-24 17:13:23Z', unit: 'day', part: 24 },
  { text: '2026-11-24T17:13:23Z', unit: 'week', part: 48 },
  { text: '2021-01-03T00:00:00Z', unit: 'week', part: 53 },
  { text: '2021-01-04T00:00:00Z', unit: 'week', part: 1 },
  { text: '2024-12-30T00:00:00Z', unit: 'week', part: 1 },
  { text: '2026-11-24T17:13:23Z', unit: 'month', part: 11 },
  { text: '2024-02-29T17:13:23Z', unit: 'year', part: 2024 },
  { text: '2026-02-29T17:13:23Z', unit: 'year', part: undefined },
  { text: '2026-11-24T24:00:00Z', unit: 'hour', part: undefined },
  { text: '2026-11-24', unit: 'day', part: undefined },
  { text: 'yesterday', unit: 'day', part: undefined },
] as const)('the $unit of $text is $part', ({ text, unit, part }) => {
  expect(timePart(text, unit)).toBe(part)
})

test.each([
  { selection: { 'at|hour': 17 }, holds: true },
  { selection: { 'at|hour': [1, 2] }, holds: false },
  { selection: { 'at|hour|gte': 17 }, holds: true },
  { selection: { 'at|hour|lt': 17 }, holds: false },
  { selection: { 'n|hour|lt': 17 }, holds: false },
])('a part of a time: $selection → $holds', ({ selection, holds }) => {
  expect(selecting(selection)(detection({ fields: { at: '2026-11-24T17:13:23Z', n: 5 } }))).toBe(holds)
})

import { describe, expect, test } from 'vitest'
import { MaintenanceWindow, openWindow } from '../../../lib/response/maintenance.ts'

const at = (time: string) => Date.parse(time)

describe('a window on days of the week', () => {
  const night = MaintenanceWindow.parse({ name: 'n', days: ['fri'], from: '22:00', to: '04:00', timezone: 'Europe/Berlin' })
  test.each([
    ['before it begins', '2026-11-27T20:59:59Z', false],
    ['at the minute it begins', '2026-11-27T21:00:00Z', true], // Friday 22:00 in Berlin
    ['past midnight, on Saturday', '2026-11-28T02:59:59Z', true],
    ['at its end', '2026-11-28T03:00:00Z', false],
    ['the night before', '2026-11-26T22:30:00Z', false],
    ['early on Friday, which is Thursday’s night', '2026-11-27T01:00:00Z', false],
    ['in summer, when Berlin is two hours ahead', '2026-07-03T20:00:00Z', true],
    ['in summer, an hour before', '2026-07-03T19:59:00Z', false],
  ])('%s: %s is open: %s', (_name, time, open) => {
    expect(openWindow([night], at(time)) !== undefined).toBe(open)
  })

  test('whose end is its beginning is open all day', () => {
    const all = MaintenanceWindow.parse({ name: 'a', days: ['sun'], from: '00:00', to: '00:00' })
    expect(openWindow([all], at('2026-11-29T00:00:00Z'))).toBe(all)
    expect(openWindow([all], at('2026-11-29T23:59:59Z'))).toBe(all)
    expect(openWindow([all], at('2026-11-30T00:00:00Z'))).toBeUndefined()
  })
})

test('a window that is once holds from its beginning until before its end', () => {
  const once = MaintenanceWindow.parse({ name: 'o', begins: '2026-12-01T08:00:00+01:00', ends: '2026-12-01T09:00:00Z' })
  expect(openWindow([once], at('2026-12-01T06:59:59Z'))).toBeUndefined()
  expect(openWindow([once], at('2026-12-01T07:00:00Z'))).toBe(once)
  expect(openWindow([once], at('2026-12-01T08:59:59Z'))).toBe(once)
  expect(openWindow([once], at('2026-12-01T09:00:00Z'))).toBeUndefined()
})

test.each([
  { name: 'x', from: '24:00', to: '01:00' },
  { name: 'x', from: '9:00', to: '10:00' },
  { name: 'x', from: '09:00', to: '10:00', timezone: 'Berlin' },
  { name: 'x', from: '09:00', to: '10:00', days: [] },
  { name: 'x', from: '09:00', to: '10:00', days: ['friday'] },
  { name: 'x', begins: 'tomorrow', ends: '2026-12-01T09:00:00Z' },
  { from: '09:00', to: '10:00' },
])('%j is none', (window) => {
  expect(MaintenanceWindow.safeParse(window).success).toBe(false)
})

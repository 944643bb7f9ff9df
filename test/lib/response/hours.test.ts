import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { endsMs, HOURS_FIELDS, isOpen } from '../../../lib/response/hours.ts'

const Hours = z.object(HOURS_FIELDS)
const at = (time: string) => Date.parse(time)

test.each([
  { name: 'over midnight', hours: { from: '22:00', to: '07:00' }, now: '2026-11-30T23:15:20Z', end: '2026-12-01T07:00:00Z' },
  { name: 'after midnight', hours: { from: '22:00', to: '07:00' }, now: '2026-12-01T06:59:59Z', end: '2026-12-01T07:00:00Z' },
  { name: 'within a day', hours: { from: '12:00', to: '13:30' }, now: '2026-12-01T12:00:00Z', end: '2026-12-01T13:30:00Z' },
  { name: 'all day', hours: { from: '00:00', to: '00:00' }, now: '2026-12-01T12:00:00Z', end: '2026-12-02T00:00:00Z' },
  {
    name: 'in another zone',
    hours: { from: '22:00', to: '07:00', timezone: 'America/New_York' },
    now: '2026-12-01T04:00:00Z',
    end: '2026-12-01T12:00:00Z',
  },
  {
    name: 'in the night that is an hour shorter',
    hours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
    now: '2026-03-28T22:00:00Z',
    end: '2026-03-29T05:00:00Z',
  },
  {
    name: 'in the night that is an hour longer',
    hours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
    now: '2026-10-24T21:00:00Z',
    end: '2026-10-25T06:00:00Z',
  },
])('hours $name end when their clock says so', ({ hours, now, end }) => {
  expect(new Date(endsMs(Hours.parse(hours), at(now))).toISOString()).toBe(new Date(at(end)).toISOString())
})

const TIMES = fc
  .integer({ min: 0, max: 1439 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const ZONES = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham', 'Australia/Lord_Howe')

test('hours on one day are open until just before they end, and not then', () => {
  const some = fc.record({
    from: TIMES,
    to: TIMES,
    timezone: ZONES,
    nowMs: fc.integer({ min: at('2026-04-20T00:00:00Z'), max: at('2026-08-20T00:00:00Z') }),
  })
  fc.assert(
    fc.property(some, ({ nowMs, ...given }) => {
      const day = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: given.timezone }).format(nowMs).toLowerCase()
      const hours = Hours.parse({ ...given, days: [day] })
      fc.pre(isOpen(hours, nowMs))
      const end = endsMs(hours, nowMs)
      return end > nowMs && end - nowMs <= 24 * 3600_000 && isOpen(hours, end - 1) && !isOpen(hours, end)
    }),
    { numRuns: 150 },
  )
})

import { expect, test } from 'vitest'
import { QuietHours, quietUntilMs } from '../../../lib/route/quiet-hours.ts'

const NIGHT = QuietHours.parse({ from: '22:00', to: '07:00', unless: 'high' })
const LUNCH = QuietHours.parse({ from: '12:00', to: '13:00', days: ['mon'] })
const at = (time: string) => Date.parse(time)

test.each([
  { name: 'what is less severe waits', severity: 3, now: '2026-11-30T23:00:00Z', until: '2026-12-01T07:00:00Z' },
  { name: 'what is severe enough does not', severity: 4, now: '2026-11-30T23:00:00Z', until: undefined },
  { name: 'nothing waits when they are over', severity: 0, now: '2026-12-01T07:00:00Z', until: undefined },
  { name: 'without a severity named, all but critical waits', severity: 4, now: '2026-11-30T12:30:00Z', until: '2026-11-30T13:00:00Z' },
  { name: 'what is critical does not', severity: 5, now: '2026-11-30T12:30:00Z', until: undefined },
  { name: 'on other days they are not', severity: 0, now: '2026-12-01T12:30:00Z', until: undefined },
] as const)('$name', ({ severity, now, until }) => {
  expect(quietUntilMs([NIGHT, LUNCH], severity, at(now))).toBe(until === undefined ? undefined : at(until))
})

test.each([
  { from: '22:00' },
  { from: '22:00', to: '7:00' },
  { from: '22:00', to: '07:00', unless: 'urgent' },
  { from: '22:00', to: '07:00', timezone: 'Mars/Olympus' },
  { from: '22:00', to: '07:00', window: {} },
])('%j are none', (hours) => {
  expect(QuietHours.safeParse(hours).success).toBe(false)
})

import { expect, test } from 'vitest'
import { fillEstimate } from '../../../forwarder/send/fill.ts'
import { envelopeLine, packLines } from '../../../lib/batch/batch.ts'
import { makeAlerts } from '../../support/alerts/make-alerts.ts'

const SIZE = { fillBytes: 65_536, maxBytes: 262_144 }

test('after a few messages they are nearly full, and seldom too full', () => {
  const lines = [...makeAlerts(20_000, 7)].map((alert) => Buffer.from(envelopeLine({ agent: 'falco', cluster: 'c', receivedMs: 1, alert })))
  const fill = fillEstimate(SIZE.fillBytes)
  const bodies: number[][] = []
  let segment: Buffer[] = []
  let bytes = 0
  for (const line of lines) {
    segment.push(line)
    bytes += line.length
    if (bytes < fill.segmentBytes()) continue
    const messages = packLines(segment, SIZE)
    fill.learn(bytes, messages)
    bodies.push(messages.map(({ body }) => body.length))
    segment = []
    bytes = 0
  }
  const settled = bodies.slice(3)
  expect(settled.length).toBeGreaterThan(20)
  expect(settled.filter((messages) => messages.length > 1).length).toBeLessThan(settled.length / 10)
  const single = settled.filter((messages) => messages.length === 1).map(([body = 0]) => body / SIZE.fillBytes)
  expect(Math.min(...single)).toBeGreaterThan(0.8)
})

test('a few alerts that left early say nothing of a full message', () => {
  const fill = fillEstimate(SIZE.fillBytes)
  const before = fill.segmentBytes()
  fill.learn(1000, [{ body: 'x'.repeat(900) }])
  expect(fill.segmentBytes()).toBe(before)
})

test('however strange what was packed, a file has a sensible size', () => {
  const fill = fillEstimate(SIZE.fillBytes)
  for (let round = 0; round < 50; round++) fill.learn(10_000_000, [{ body: '' }])
  expect(fill.segmentBytes()).toBeLessThanOrEqual(4 * 1024 * 1024)
  for (let round = 0; round < 50; round++) fill.learn(1_000_000, [{ body: 'x'.repeat(5_000_000) }])
  expect(fill.segmentBytes()).toBeGreaterThan(16 * 1024)
})

import { expect, test } from 'vitest'
import { createMetrics } from '../../forwarder/metrics.ts'

const NOW = 1_795_500_000_000
const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name))

test('rules and priorities are labels up to a number, and the rest is "other"; nothing is uncounted', async () => {
  const metrics = createMetrics(
    () => undefined,
    () => NOW,
  )
  for (let index = 0; index < 1000; index++) metrics.detection(`Rule "${index}"\n`, `p${index}`)
  const lines = await linesOf(metrics, 'creance_detections_total{')
  expect(lines.length).toBeLessThanOrEqual(301)
  expect(lines.find((line) => line.includes('rule="other"'))).toContain('priority="other"} 700')
  expect(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(1000)
})

test('the spool is told with the age of its oldest alert', async () => {
  const state = { bytes: 10, maxBytes: 100, segments: 2, oldestMs: NOW - 90_000, undeliverable: 1 }
  const metrics = createMetrics(
    () => state,
    () => NOW,
  )
  expect(await linesOf(metrics, 'creance_spool_')).toEqual([
    'creance_spool_bytes 10',
    'creance_spool_max_bytes 100',
    'creance_spool_files 2',
    'creance_spool_undeliverable_files 1',
    'creance_spool_oldest_age_seconds 90',
  ])
})

test('requests are counted as SQS bills them: one for each 64 KiB begun', async () => {
  const metrics = createMetrics(
    () => undefined,
    () => NOW,
  )
  metrics.sender.requested({ messages: 1, bytes: 100, milliseconds: 5, failed: 0 })
  metrics.sender.requested({ messages: 10, bytes: 640_000, milliseconds: 5, failed: 2 })
  expect(await linesOf(metrics, 'creance_billed_requests_total')).toEqual(['creance_billed_requests_total 11'])
  expect(await linesOf(metrics, 'creance_queue_requests_total')).toEqual([
    'creance_queue_requests_total{outcome="ok"} 1',
    'creance_queue_requests_total{outcome="partial"} 1',
  ])
  expect(await linesOf(metrics, 'creance_messages_retried_total')).toEqual(['creance_messages_retried_total 2'])
})

test('two forwarders in one process count apart', async () => {
  const [one, other] = [
    createMetrics(
      () => undefined,
      () => NOW,
    ),
    createMetrics(
      () => undefined,
      () => NOW,
    ),
  ]
  one.received('falco')
  expect(await linesOf(one, 'creance_alerts_received_total{')).toHaveLength(1)
  expect(await linesOf(other, 'creance_alerts_received_total{')).toHaveLength(0)
})

import { expect, test } from 'vitest'
import { prometheusMetrics } from '../../local/metrics.ts'

test('what stages count is there for Prometheus, by its labels', async () => {
  const { metrics, text } = prometheusMetrics()
  const labels = { action: 'label', outcome: 'done', guard: '', by: 'response' }
  for (let time = 0; time < 2; time++) metrics.count('creance_actions_total', labels)
  metrics.count('creance_actions_total', { ...labels, outcome: 'refused', guard: 'budget' })
  const lines = (await text()).split('\n').filter((line) => !line.startsWith('#') && line !== '')
  expect(lines).toEqual([
    'creance_actions_total{action="label",outcome="done",guard="",by="response"} 2',
    'creance_actions_total{action="label",outcome="refused",guard="budget",by="response"} 1',
  ])
})

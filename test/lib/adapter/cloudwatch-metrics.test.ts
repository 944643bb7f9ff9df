import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../lib/adapter/cloudwatch-metrics.ts', import.meta.url)

test('a count is one line of the embedded metric format on stdout', () => {
  const labels = { action: 'label', outcome: 'done', guard: '', by: 'response' }
  const program = `import { cloudwatchMetrics } from ${JSON.stringify(MODULE.href)}
    cloudwatchMetrics().count('creance_actions_total', ${JSON.stringify(labels)})`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  const line = JSON.parse(lines[0] ?? '')
  expect(line).toMatchObject({ ...labels, guard: 'none', creance_actions_total: 1 })
  const [{ Namespace, Dimensions, Metrics } = expect.fail()] = line._aws.CloudWatchMetrics
  expect([Namespace, Metrics]).toEqual(['Creance', [{ Name: 'creance_actions_total', Unit: 'Count' }]])
  expect(Dimensions.flat()).toEqual(expect.arrayContaining(Object.keys(labels)))
})

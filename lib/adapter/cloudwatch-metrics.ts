import { Metrics as EmbeddedMetrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Metrics } from '../port/metrics.ts'

/** Counts as log lines of CloudWatch's embedded metric format, in the namespace `Creance`. A label without a value is "none" there. */
export function cloudwatchMetrics(): Metrics {
  const metrics = new EmbeddedMetrics({ namespace: 'Creance' })
  return {
    count: (name, labels) => {
      const single = metrics.singleMetric()
      for (const [label, value] of Object.entries(labels)) single.addDimension(label, value || 'none')
      single.addMetric(name, MetricUnit.Count, 1)
    },
  }
}

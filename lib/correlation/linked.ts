import type { Severity } from '../detection/detection.ts'
import type { CorrelationType, Stage } from './correlation.ts'
import type { Criterion, Decision } from './criterion.ts'

/** What a hit is a hit of: an agent's or audit rule by its name, `sigma/<title>` or `correlation/<title>`. */
export type RuleKey = string

/** A correlation whose references are resolved. Spans are in nanoseconds. `settleNs`: how long after a hit its answer waits, with what it waits
 *  for of the correlations that it names. `level`: 0 names no correlation, others one more than the highest that they name. `groupFields`: the
 *  fields of each rule that are grouped by. Those of one `streamKey` group alike. */
export type LinkedCorrelation = {
  readonly key: RuleKey
  readonly title: string
  readonly type: CorrelationType
  readonly severity: Severity
  readonly stage: Stage
  readonly mitre: readonly string[]
  readonly rules: readonly RuleKey[]
  readonly criterion: Criterion
  readonly decision: Decision
  readonly spanNs: bigint
  readonly suppressNs: bigint
  readonly latenessNs: bigint
  readonly settleNs: bigint
  readonly level: number
  readonly groupBy: readonly string[]
  readonly groupFields: ReadonlyMap<RuleKey, readonly string[]>
  readonly streamKey: string
  readonly runbook?: string
}

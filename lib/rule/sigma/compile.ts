import type { Detection } from '../../detection/detection.ts'
import { compileCondition } from './condition.ts'
import { SigmaError } from './error.ts'
import type { Predicate } from './item.ts'
import { compileSearchIdentifier } from './search-identifier.ts'
import type { SigmaRule } from './sigma-rule.ts'

/** Whether a detection is what the rule's `detection` says; of several conditions one is enough. The predicate never throws, and takes time
 *  linear in the detection. SigmaError for a rule that cannot be evaluated. `logsource` is not evaluated: a rule for one agent says
 *  `alert.agent`. Source: Sigma rules specification 2.1.0. */
export function compileSigmaRule({ detection }: Pick<SigmaRule, 'detection'>): (detection: Detection) => boolean {
  const { condition, ...definitions } = detection
  const searches = new Map<string, Predicate>()
  for (const [name, definition] of Object.entries(definitions)) {
    if (name === 'timeframe' && isDuration(definition)) continue
    searches.set(name, compileSearchIdentifier(definition, ['detection', name]))
  }
  if (searches.size === 0) throw new SigmaError('expected a search identifier beside the condition', ['detection'])
  const any = Array.isArray(condition)
    ? condition.map((text, index) => compileCondition(text, searches, ['detection', 'condition', index]))
    : [compileCondition(condition, searches, ['detection', 'condition'])]
  if (any.length === 0) throw new SigmaError('expected a condition in the list', ['detection', 'condition'])
  return (event) => any.some((holds) => holds(event))
}

/** The `timeframe` of older rules: it was for aggregations, and means nothing without one. */
function isDuration(definition: unknown): boolean {
  return typeof definition === 'string' || typeof definition === 'number'
}

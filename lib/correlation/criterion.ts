import type { Bounds } from './bounds.ts'

/** What a group's hits must come to, ready to be evaluated (docs/correlation.md, "When it fires"). `rules`: references, in the order written. */
export type Criterion =
  | {
      readonly kind: 'quantity'
      /** Different hits, different values (of several fields: combinations), the sum of one field, different rules, or rules found in order. */
      readonly of: 'hits' | 'values' | 'sum' | 'rules' | 'order'
      readonly rules: readonly string[]
      readonly fields: readonly string[]
      readonly bounds: Bounds
    }
  | {
      readonly kind: 'measure'
      readonly of: 'avg' | 'median' | 'percentile'
      readonly rules: readonly string[]
      readonly field: string
      /** Over 0, at most 100. */
      readonly percentile: number
      readonly bounds: Bounds
    }
  | { readonly kind: 'terms'; readonly ordered: boolean; readonly terms: readonly Term[] }

/** One way to come true: a hit of each rule of `all`, and none of `none` that could be joined to them. `after`: behind how many of `all` an
 *  unwanted one stands in the order of the rules (0: before the first). */
export type Term = { readonly all: readonly string[]; readonly none: readonly { readonly rule: string; readonly after: number }[] }

/** When the answer for a hit can no longer be taken back. */
export type Decision = 'at_once' | 'when_closed' | 'when_late'

export function decisionOf(criterion: Criterion): Decision {
  if (criterion.kind === 'measure') return 'when_late'
  const waits = criterion.kind === 'terms' ? criterion.terms.some(({ none }) => none.length > 0) : !criterion.bounds.onlyLower
  return waits ? 'when_closed' : 'at_once'
}

import { boundsOf, countedTo, isPossible } from './bounds.ts'
import type { Correlation } from './correlation.ts'
import type { Criterion } from './criterion.ts'
import type { LinkProblem } from './link.ts'
import type { RuleKey } from './linked.ts'
import { parseText, rulesNamed, TextError, termsOf } from './text.ts'

/** More than this is not counted in one window. */
export const MAX_COUNTED = 1000

/** Notes what is wrong, and where. */
export type Report = (path: readonly PropertyKey[], code: string, message: string, more?: Partial<LinkProblem>) => void
export type Body = Correlation['correlation']

/** A condition's text, read; what is wrong with it is reported. */
export function readText(condition: Body['condition'], report: Report): ReturnType<typeof parseText> | undefined {
  if (typeof condition !== 'string') return undefined
  return told(() => parseText(condition), report)
}

/** What `work` gives; what is wrong with a condition's text is reported at its place. */
function told<T>(work: () => T, report: Report): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TextError)) throw error
    report(['correlation', 'condition'], 'invalid_condition', `condition: ${error.message}`, { column: error.column })
    return undefined
  }
}

type Parts = {
  readonly keys: ReadonlyMap<string, RuleKey>
  readonly written: readonly string[]
  readonly text: ReturnType<typeof parseText> | undefined
  readonly report: Report
}

/** What a correlation's type and condition ask for, with the keys of its rules; undefined where that is nothing: it is reported why. */
export function criterionOf({ type, condition }: Body, { keys, written, text, report }: Parts): Criterion | undefined {
  const refuse = (code: string, message: string): undefined => void report(['correlation', 'condition'], code, `condition: ${message}`)
  const isTemporal = type === 'temporal' || type === 'temporal_ordered'
  const rules = written.flatMap((reference) => keys.get(reference) ?? [])
  if (typeof condition === 'string') {
    if (!isTemporal) return refuse('invalid_condition', `a text goes with temporal and temporal_ordered, not with ${type}`)
    if (!text) return undefined
    const named = rulesNamed(text)
    const strangers = named.filter((name) => !written.includes(name))
    const unused = written.filter((name) => !named.includes(name))
    if (strangers.length > 0) return refuse('invalid_condition', `it names ${quoted(strangers)}, which rules does not`)
    if (unused.length > 0) return refuse('invalid_condition', `rules names ${quoted(unused)}, which it does not`)
    const terms = told(() => termsOf(text, [...new Set(written)]), report)
    const keyed = (reference: string): RuleKey => keys.get(reference) ?? reference
    return (
      terms && {
        kind: 'terms',
        ordered: type === 'temporal_ordered',
        terms: terms.map(({ all, none }) => ({
          all: all.map(keyed),
          none: none.map(({ rule, after }) => ({ rule: keyed(rule), after })),
        })),
      }
    )
  }
  if (condition === undefined) {
    if (!isTemporal) return refuse('invalid_condition', `${type} needs one, such as {gte: 5}`)
    const all = type === 'temporal' ? [...new Set(rules)] : rules
    return { kind: 'terms', ordered: type === 'temporal_ordered', terms: [{ all, none: [] }] }
  }
  const { field = [], percentile, ...given } = condition
  const bounds = boundsOf(given)
  const needsField = type.startsWith('value_')
  if (needsField && field.length === 0) return refuse('invalid_condition', `${type} needs a field`)
  const warn = (code: string, message: string): void =>
    report(['correlation', 'condition'], code, `condition: ${message}`, { severity: 'warning' })
  if (!needsField && field.length > 0) warn('unused_field', `${type} looks at no field`)
  if (bounds.given.length > 1)
    warn('not_portable', 'a range is Sigma, and evaluated here; other tools that read Sigma take one operator only')
  if (percentile !== undefined && type !== 'value_percentile')
    return refuse('invalid_condition', `percentile goes with value_percentile, not with ${type}`)
  const [first = ''] = field
  const never = (): void => warn('impossible_condition', 'nothing can satisfy it: it never fires')
  const anything = Number.POSITIVE_INFINITY
  if (type === 'value_avg' || type === 'value_median' || type === 'value_percentile') {
    if (field.length > 1) return refuse('invalid_condition', `${type} has one field`)
    if (!isPossible(bounds, { least: -anything, most: anything, isWhole: false })) never()
    const of = ({ value_avg: 'avg', value_median: 'median', value_percentile: 'percentile' } as const)[type]
    return { kind: 'measure', of, rules, field: first, percentile: percentile ?? 50, bounds }
  }
  if (type === 'value_sum') {
    if (field.length > 1) return refuse('invalid_condition', 'value_sum has one field')
    if (!isPossible(bounds, { least: 0, most: anything, isWhole: false })) never()
  } else {
    if (!isPossible(bounds, { least: 1, most: isTemporal ? new Set(rules).size : anything, isWhole: true })) never()
    if (countedTo(bounds) > MAX_COUNTED + 1) return refuse('count_too_large', `at most ${MAX_COUNTED} are counted in one window`)
  }
  const of = ({ event_count: 'hits', value_count: 'values', value_sum: 'sum', temporal: 'rules', temporal_ordered: 'order' } as const)[type]
  return { kind: 'quantity', of, rules, fields: field, bounds }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

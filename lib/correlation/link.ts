import { contentId } from '../detection/id.ts'
import { mitreOf } from '../detection/mitre.ts'
import { boundsOf, countedTo, isPossible } from './bounds.ts'
import { type Correlation, severityOf } from './correlation.ts'
import { type Criterion, decisionOf } from './criterion.ts'
import type { LinkedCorrelation, RuleKey } from './linked.ts'
import { parseText, rulesNamed, TextError, termsOf } from './text.ts'
import { latestOf, SECOND_NS } from './time.ts'

/** Something that correlations may name. */
export type Referable = { readonly id?: string | undefined; readonly name?: string | undefined; readonly title: string }

/** What is wrong with a correlation: where in its document, and, in a condition's text, at which column. */
export type LinkProblem = {
  readonly index: number
  readonly path: readonly PropertyKey[]
  readonly column?: number
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
}

/** What there is to refer to, beside the correlations: agents' and audit rules by their names, and Sigma rules. */
export type Known = { readonly rules: ReadonlySet<string>; readonly sigma: readonly Referable[] }

export const MAX_CHAIN = 10
/** More than this is not counted in one window. */
export const MAX_COUNTED = 1000
const LATENESS_SECONDS = 300
/** What is decided for a whole minute, at a whole minute, may be so much later than it could be. */
const SWEEPS_NS = 180n * SECOND_NS

export const correlationKey = (title: string): RuleKey => `correlation/${title}`
export const sigmaKey = (title: string): RuleKey => `sigma/${title}`

/** Resolves what the correlations name, and makes them ready to be evaluated: those that name no other first. A correlation with an error is left
 *  out, and so is what names it. Pure. */
export function linkCorrelations(
  correlations: readonly Correlation[],
  known: Known,
): { readonly linked: readonly LinkedCorrelation[]; readonly problems: readonly LinkProblem[] } {
  const problems: LinkProblem[] = []
  const find = finder(correlations, known)
  const drafts = correlations.map((correlation, index) => draftOf(correlation, index, find, problems))
  const byKey = new Map(drafts.flatMap((draft) => (draft ? [[draft.key, draft] as const] : [])))
  const linked = new Map<RuleKey, LinkedCorrelation>()

  const link = (draft: Draft, above: readonly RuleKey[]): LinkedCorrelation | undefined => {
    const done = linked.get(draft.key)
    if (done) return done
    const path = ['correlation', 'rules']
    const { index, title } = draft
    if (above.includes(draft.key)) {
      const circle = [...above.slice(above.indexOf(draft.key)), draft.key].map((key) => `"${key.replace('correlation/', '')}"`).join(' → ')
      problems.push({ index, path, severity: 'error', code: 'circular_reference', message: `it depends on itself: ${circle}` })
      return undefined
    }
    const children: LinkedCorrelation[] = []
    for (const key of draft.rules.filter((rule) => rule.startsWith('correlation/'))) {
      const named = byKey.get(key)
      const child = named && link(named, [...above, draft.key])
      if (!child) return undefined
      children.push(child)
    }
    const waitedFor = latestOf(children.map(({ settleNs }) => settleNs)) ?? 0n
    const level = Math.max(0, ...children.map((child) => child.level + 1))
    if (level >= MAX_CHAIN) {
      const message = `"${title}" begins a chain of more than ${MAX_CHAIN} correlations`
      problems.push({ index, path, severity: 'error', code: 'chain_too_long', message })
      return undefined
    }
    const result: LinkedCorrelation = {
      ...draft,
      level,
      settleNs: draft.settleNs + (waitedFor > 0n ? waitedFor + SWEEPS_NS : 0n),
    }
    linked.set(draft.key, result)
    return result
  }
  for (const draft of byKey.values()) link(draft, [])
  return { linked: [...linked.values()].toSorted((a, b) => a.level - b.level), problems: withoutRepeats(problems) }
}

type Draft = Omit<LinkedCorrelation, 'level'> & { readonly index: number }
type Find = (reference: string) => RuleKey | undefined

/** By id and by name first, then the agents' own names, then titles. */
function finder(correlations: readonly Correlation[], { rules, sigma }: Known): Find {
  const named = new Map<string, RuleKey>()
  const titles = new Map<string, RuleKey>()
  const add = ({ id, name, title }: Referable, key: RuleKey): void => {
    for (const one of [id, name]) if (one !== undefined && !named.has(one)) named.set(one, key)
    if (!titles.has(title)) titles.set(title, key)
  }
  for (const one of correlations) add(one, correlationKey(one.title))
  for (const one of sigma) add(one, sigmaKey(one.title))
  return (reference) => named.get(reference) ?? (rules.has(reference) ? reference : titles.get(reference))
}

function draftOf(correlation: Correlation, index: number, find: Find, problems: LinkProblem[]): Draft | undefined {
  const before = problems.filter(({ severity }) => severity === 'error').length
  const report = (path: readonly PropertyKey[], code: string, message: string, more: Partial<LinkProblem> = {}): void => {
    problems.push({ index, path, severity: 'error', code, message, ...more })
  }
  const { title, level, tags = [], correlation: body, creance } = correlation
  const text = readText(body.condition, report)
  const listed = body.rules ?? []
  const written = listed.length === 0 && text ? rulesNamed(text) : listed
  if (written.length === 0) report(['correlation'], 'no_rules', 'rules: expected at least one rule')
  const keys = new Map<string, RuleKey>()
  for (const [at, reference] of written.entries()) {
    const key = find(reference)
    const message = `there is no rule, Sigma rule or correlation "${reference}" among these files; a rule that only the agents have is made known by a Sigma rule that names it`
    if (key === undefined) report(['correlation', 'rules', at], 'unknown_reference', message)
    else keys.set(reference, key)
  }
  for (const [alias, mapping] of Object.entries(body.aliases ?? {})) {
    for (const reference of Object.keys(mapping)) {
      if (written.includes(reference) || [...keys.values()].includes(find(reference) ?? '')) continue
      report(['correlation', 'aliases', alias, reference], 'unknown_reference', `"${reference}" is none of this correlation's rules`)
    }
  }
  const criterion = criterionOf(body, { keys, written, text, report })
  if (!criterion || problems.filter(({ severity }) => severity === 'error').length > before) return undefined

  const groupBy = body['group-by'] ?? []
  if (groupBy.length === 0) {
    const message = 'group-by: without it all clusters, namespaces and pods are one group'
    report(['correlation'], 'one_group', message, { severity: 'warning' })
  }
  const spanNs = BigInt(body.timespan) * SECOND_NS
  const latenessNs = BigInt(creance.lateness ?? LATENESS_SECONDS) * SECOND_NS
  const decision = decisionOf(criterion)
  const rules = [...new Set(written.flatMap((reference) => keys.get(reference) ?? []))]
  const aliases = aliasesOf(body.aliases ?? {}, find)
  const groupFields = new Map(rules.map((rule) => [rule, groupBy.map((name) => aliases.get(name)?.get(rule) ?? name)]))
  return {
    index,
    key: correlationKey(title),
    title,
    severity: severityOf({ level }),
    stage: creance.stage,
    mitre: mitreOf(tags),
    type: body.type,
    rules,
    criterion,
    decision,
    spanNs,
    suppressNs: BigInt(creance.suppress ?? body.timespan) * SECOND_NS,
    latenessNs,
    settleNs: decision === 'at_once' ? 0n : decision === 'when_late' ? latenessNs : spanNs + latenessNs,
    groupBy,
    groupFields,
    streamKey: contentId(
      'stream',
      groupBy,
      [...groupFields].filter(([, fields]) => fields.some((field, at) => field !== groupBy[at])),
    ).slice(0, 16),
    ...(creance.runbook === undefined ? {} : { runbook: creance.runbook }),
  }
}

type Report = (path: readonly PropertyKey[], code: string, message: string, more?: Partial<LinkProblem>) => void
type Body = Correlation['correlation']

function readText(condition: Body['condition'], report: Report): ReturnType<typeof parseText> | undefined {
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

function criterionOf({ type, condition }: Body, { keys, written, text, report }: Parts): Criterion | undefined {
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
  if (type === 'value_avg' || type === 'value_median' || type === 'value_percentile') {
    if (field.length > 1) return refuse('invalid_condition', `${type} has one field`)
    const of = ({ value_avg: 'avg', value_median: 'median', value_percentile: 'percentile' } as const)[type]
    return { kind: 'measure', of, rules, field: first, percentile: percentile ?? 50, bounds }
  }
  if (type === 'value_sum' && field.length > 1) return refuse('invalid_condition', 'value_sum has one field')
  if (type !== 'value_sum') {
    if (!isPossible(bounds)) warn('impossible_condition', 'no number of at least 1 satisfies it: it never fires')
    if (countedTo(bounds) > MAX_COUNTED + 1) return refuse('count_too_large', `at most ${MAX_COUNTED} are counted in one window`)
  }
  if (isTemporal && bounds.onlyLower && countedTo(bounds) - 1 > new Set(rules).size) {
    warn('impossible_condition', `there are only ${new Set(rules).size} rules: it never fires`)
  }
  const of = ({ event_count: 'hits', value_count: 'values', value_sum: 'sum', temporal: 'rules', temporal_ordered: 'order' } as const)[type]
  return { kind: 'quantity', of, rules, fields: field, bounds }
}

function aliasesOf(aliases: NonNullable<Body['aliases']>, find: Find): ReadonlyMap<string, ReadonlyMap<RuleKey, string>> {
  return new Map(
    Object.entries(aliases).map(([alias, mapping]) => [
      alias,
      new Map(Object.entries(mapping).flatMap(([reference, field]) => [[find(reference) ?? reference, field] as const])),
    ]),
  )
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** A circle is found from each of its members. */
function withoutRepeats(problems: readonly LinkProblem[]): readonly LinkProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.index} ${problem.code} ${problem.path.join('.')}`, problem])).values()]
}

import { contentId } from '../detection/id.ts'
import { mitreOf } from '../detection/mitre.ts'
import { type Correlation, severityOf } from './correlation.ts'
import { decisionOf } from './criterion.ts'
import type { LinkedCorrelation, RuleKey } from './linked.ts'
import { type Body, criterionOf, readText } from './read-condition.ts'
import { rulesNamed } from './text.ts'
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
  for (const alias of Object.keys(body.aliases ?? {})) {
    if (body['group-by']?.includes(alias)) continue
    const message = `"${alias}" is not in group-by: an alias is for grouping, and does nothing else`
    report(['correlation', 'aliases', alias], 'unused_alias', message, { severity: 'warning' })
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

function aliasesOf(aliases: NonNullable<Body['aliases']>, find: Find): ReadonlyMap<string, ReadonlyMap<RuleKey, string>> {
  return new Map(
    Object.entries(aliases).map(([alias, mapping]) => [
      alias,
      new Map(Object.entries(mapping).flatMap(([reference, field]) => [[find(reference) ?? reference, field] as const])),
    ]),
  )
}

/** A circle is found from each of its members. */
function withoutRepeats(problems: readonly LinkProblem[]): readonly LinkProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.index} ${problem.code} ${problem.path.join('.')}`, problem])).values()]
}

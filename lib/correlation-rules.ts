import { Correlation } from './correlation/correlation.ts'
import { type LinkProblem, linkCorrelations, sigmaKey } from './correlation/link.ts'
import { type BaseRule, type CorrelationSet, correlationSet } from './correlation/set.ts'
import { isUnknownOwnName } from './rule/detection-fields.ts'
import { falcoRuleNames, isFalcoFile, isOfKind, type RuleFiles } from './rule/load.ts'
import type { Problem } from './rule/problem.ts'
import { compileSigmaRule } from './rule/sigma/compile.ts'
import { SigmaError } from './rule/sigma/error.ts'
import { SigmaRule } from './rule/sigma/sigma-rule.ts'
import { parseItem, problemAt, type RuleItem } from './rule/yaml-file.ts'

/** What Sigma knows at the top of a document, and ours; another key is the writer's own, and told of since it may be a slip. */
const KEYS = new Set(
  'title id name related taxonomy status description license references author date modified logsource detection fields falsepositives level tags scope generate correlation creance'.split(
    ' ',
  ),
)

export type LoadedCorrelations = {
  readonly set: CorrelationSet
  readonly titles: readonly string[]
  readonly correlations: readonly (readonly [RuleItem, Correlation])[]
  readonly problems: readonly Problem[]
}

/** The correlations and the Sigma rules among these items, resolved. What they may name besides are the rules of Falco's files among the files.
 *  `evidenceFields`: the agents' fields that are to be kept with what a hit showed. */
export function loadCorrelations(
  { files, items }: Pick<RuleFiles, 'files' | 'items'>,
  evidenceFields: readonly string[] = [],
): LoadedCorrelations {
  const problems: Problem[] = []
  const take = <T>(kind: string, schema: Parameters<typeof parseItem<T>>[1]): readonly (readonly [RuleItem, T])[] =>
    items
      .filter((item) => isOfKind(item, kind))
      .flatMap((item) => {
        const parsed = parseItem(item, schema)
        if ('problems' in parsed) problems.push(...parsed.problems)
        problems.push(...strangeKeys(item))
        return 'value' in parsed ? [[item, parsed.value] as const] : []
      })
  const correlations = take('correlation', Correlation)
  const sigma = take('detection', SigmaRule)
  problems.push(...doubles([...correlations, ...sigma]), ...correlations.flatMap(([item, one]) => unknownFields(item, one)))

  const baseRules = sigma.flatMap(([item, rule]): readonly BaseRule[] => {
    try {
      return [{ key: sigmaKey(rule.title), byRuleAlone: readsRuleAlone(rule), matches: compileSigmaRule(rule) }]
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error
      problems.push(sigmaProblem(item, error))
      return []
    }
  })
  const rules = new Set(files.filter(isFalcoFile).flatMap(falcoRuleNames))
  const known = { rules, sigma: sigma.map(([, rule]) => rule) }
  const { linked, problems: unlinked } = linkCorrelations(
    correlations.map(([, correlation]) => correlation),
    known,
  )
  problems.push(...unlinked.flatMap((problem) => linkProblem(problem, correlations[problem.index]?.[0])))
  const titles = correlations.map(([, { title }]) => title)
  return { set: correlationSet(linked, baseRules, evidenceFields), titles, correlations, problems }
}

/** Whether all that the rule looks at is `alert.rule`. */
function readsRuleAlone({ detection: { condition, ...searches } }: SigmaRule): boolean {
  const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
  return Object.values(searches)
    .flatMap((search) => (Array.isArray(search) ? search : [search]))
    .every(
      (search) => isMap(search) && Object.keys(search).every((field) => /^alert\.rule(?:\||$)/.test(field) && !field.includes('fieldref')),
    )
}

function strangeKeys(item: RuleItem): readonly Problem[] {
  const keys = Object.keys(item.value as object).filter((key) => !KEYS.has(key))
  return keys.map((key) => ({
    ...problemAt(item, [key], 'unknown_key', `"${key}" is no key of Sigma's, and means nothing here`),
    severity: 'warning',
  }))
}

/** Names, ids and titles by which others refer to them: each has one meaning. */
function doubles(
  all: readonly (readonly [RuleItem, { title: string; name?: string | undefined; id?: string | undefined }])[],
): readonly Problem[] {
  const seen = new Set<string>()
  return all.flatMap(([item, one]) => {
    const kind = isOfKind(item, 'correlation') ? 'correlation' : 'detection'
    return (['title', 'name', 'id'] as const).flatMap((key) => {
      const value = one[key]
      if (value === undefined) return []
      const place = key === 'title' ? `${kind} ${value}` : `${key} ${value}`
      if (!seen.has(place)) {
        seen.add(place)
        return []
      }
      return [problemAt(item, [key], 'duplicate_name', `there is another with the ${key} "${value}"`)]
    })
  })
}

/** A field that looks like one of our names and is none is a slip; of the agents' any may be meant. */
function unknownFields(
  item: RuleItem,
  { correlation: { 'group-by': groupBy = [], aliases = {}, condition } }: Correlation,
): readonly Problem[] {
  const asked: (readonly [readonly PropertyKey[], string])[] = [
    ...groupBy.map((name, at) => [['correlation', 'group-by', at], name] as const),
    ...Object.entries(aliases).flatMap(([alias, mapping]) =>
      Object.entries(mapping).map(([rule, field]) => [['correlation', 'aliases', alias, rule], field] as const),
    ),
    ...(typeof condition === 'object' ? (condition.field ?? []).map((name) => [['correlation', 'condition', 'field'], name] as const) : []),
  ]
  return asked
    .filter(([, name]) => isUnknownOwnName(name) && !Object.hasOwn(aliases, name))
    .map(([path, name]) => problemAt(item, path, 'unknown_field', `"${name}" is no field; rules/README.md lists those that there are`))
}

function sigmaProblem(item: RuleItem, { path, column, message }: SigmaError): Problem {
  const problem = problemAt(item, path, 'invalid_rule', `${path.join('.')}: ${message}`)
  return column === undefined ? problem : { ...problem, ...item.within(path, { line: 1, column }) }
}

function linkProblem({ path, column, severity, code, message }: LinkProblem, item: RuleItem | undefined): readonly Problem[] {
  if (!item) return []
  const problem = { ...problemAt(item, path, code, message), severity }
  return [column === undefined ? problem : { ...problem, ...item.within(path, { line: 1, column }) }]
}

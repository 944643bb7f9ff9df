import type { z } from 'zod'
import { ClusterItem } from './cluster/cluster.ts'
import type { ConditionError } from './condition/error.ts'
import { fieldsIn } from './condition/fields-in.ts'
import type { CorrelationSet } from './correlation/set.ts'
import { loadCorrelations } from './correlation-rules.ts'
import { type Families, familiesOf } from './incident/group.ts'
import { type CompiledSilence, SilenceItem } from './incident/silence.ts'
import { type CompiledStage, StageRule } from './incident/stage-rule.ts'
import { baseGuards, type Guards, GuardsItem, joinGuards } from './response/guards.ts'
import { compileMatch, correlationsIn } from './response/match.ts'
import { Permission } from './response/permission.ts'
import type { CompiledResponse } from './response/plan.ts'
import { Response } from './response/response.ts'
import { type CompiledRoute, RouteItem } from './route/route.ts'
import { isOwnName } from './rule/detection-fields.ts'
import { compileDetectionMatch } from './rule/detection-match.ts'
import { isFalcoFile, isOfKind, mixed, readRuleFiles, throwProblems } from './rule/load.ts'
import { byPlace, type Problem } from './rule/problem.ts'
import { parseItem, problemAt, type RuleItem } from './rule/yaml-file.ts'

/** All rules of an installation, checked and ready. */
export type RuleSet = {
  readonly correlations: CorrelationSet
  readonly families: Families
  readonly stages: readonly CompiledStage[]
  readonly silences: readonly CompiledSilence[]
  readonly responses: readonly CompiledResponse[]
  readonly routes: readonly CompiledRoute[]
  readonly permissions: readonly Permission[]
  readonly clusters: readonly ClusterItem[]
  readonly guards: Guards
}

export type LoadedRules = {
  readonly rules: RuleSet
  readonly problems: readonly Problem[]
  readonly fileCount: number
  readonly itemCount: number
}

/** Loads the rule files under these paths, but for Falco's own (falco-rules.ts). All problems are returned; with an error among them the rule set must not be used.
 *  Throws `invalid_config` where a path cannot be read. */
export function loadRules(paths: readonly string[]): LoadedRules {
  const { files, items, problems: unreadable } = readRuleFiles(paths)
  const problems = [...unreadable]
  const take = <T>(kind: string, schema: z.ZodType<T>): readonly (readonly [RuleItem, T])[] =>
    items.flatMap((item) => {
      const parsed = isOfKind(item, kind) ? parseItem(item, schema) : undefined
      if (parsed && 'problems' in parsed) problems.push(...parsed.problems)
      return parsed && 'value' in parsed ? [[item, parsed.value] as const] : []
    })
  const compiled = (item: RuleItem, path: readonly string[], match: string | undefined) => {
    const result = match === undefined ? () => true : compileMatch(match)
    if (typeof result === 'function') return result
    problems.push(invalidMatch(item, path, result))
    return () => false
  }
  const detectionMatch = (item: RuleItem, path: readonly string[], match: string) => {
    const result = compileDetectionMatch(match)
    if (typeof result === 'function') return result
    problems.push(invalidMatch(item, path, result))
    return () => false
  }
  const stages = take('stage', StageRule)
  const silences = take('silence', SilenceItem)
  const responses = take('response', Response)
  const routes = take('route', RouteItem)
  const permissions = take('permission', Permission)
  const clusters = take('cluster', ClusterItem)
  // What was seen before a correlation came true is known by its evidence: with the fields that decide what is done and who is told.
  const conditions = [
    ...responses.map(([, one]) => one.match),
    ...routes.map(([, one]) => one.route.match ?? ''),
    ...silences.map(([, one]) => one.silence.match),
  ]
  const evidenceFields = [...new Set(conditions.flatMap(fieldsIn))].filter((name) => !isOwnName(name))
  const { set, titles, problems: correlationProblems } = loadCorrelations({ files, items }, evidenceFields)
  problems.push(...correlationProblems)
  const guards = take('guards', GuardsItem).map(([, value]) => value.guards)
  const kinds = ['correlation', 'response', 'route', 'permission', 'guards', 'stage', 'silence', 'cluster']
  const known = [...kinds, 'detection']
  for (const item of items.filter((one) => !known.some((kind) => isOfKind(one, kind)))) {
    problems.push(problemAt(item, [], unknownCode(item), `expected one of ${kinds.join(', ')}, or a rule, macro or list of Falco's`))
  }
  for (const [item, { match }] of responses) problems.push(...unknownCorrelations(item, ['match'], match, titles))
  for (const [item, { route }] of routes) problems.push(...unknownCorrelations(item, ['route', 'match'], route.match ?? '', titles))
  problems.push(
    ...duplicates(silences.map(([item, { silence }]) => [item, 'silence', silence.name])),
    ...duplicates(responses.map(([item, { response }]) => [item, 'response', response])),
    ...duplicates(routes.map(([item, { route }]) => [item, 'route', route.name])),
    ...duplicates(permissions.map(([item, { permission }]) => [item, 'permission', permission])),
    ...duplicates(clusters.map(([item, { cluster }]) => [item, 'cluster', cluster])),
  )
  const rules: RuleSet = {
    correlations: set,
    families: familiesOf(set.correlations),
    stages: stages.map(([item, { stage, match }]) => ({ stage, matches: detectionMatch(item, ['match'], match) })),
    silences: silences.map(([item, { silence }]) => ({ silence, matches: detectionMatch(item, ['silence', 'match'], silence.match) })),
    responses: responses.map(([item, response]): CompiledResponse => ({ response, matches: compiled(item, ['match'], response.match) })),
    routes: routes.map(([item, { route }]): CompiledRoute => ({ route, matches: compiled(item, ['route', 'match'], route.match) })),
    permissions: permissions.map(([, permission]) => permission),
    clusters: clusters.map(([, cluster]) => cluster),
    guards: joinGuards(baseGuards(), guards),
  }
  return { rules, problems: problems.toSorted(byPlace), fileCount: files.length, itemCount: items.length }
}

/** The rules of a process that starts. Throws `invalid_config` with the first problems when anything is wrong with them. */
export function loadRulesOrThrow(paths: readonly string[]): RuleSet {
  const { rules, problems } = loadRules(paths)
  throwProblems([...problems, ...readRuleFiles(paths).files.filter(isFalcoFile).flatMap(mixed)])
  return rules
}

function invalidMatch(item: RuleItem, path: readonly string[], error: ConditionError): Problem {
  const message = `${path.join('.')}: ${error.message}`
  return { file: item.file, ...item.within(path, error), severity: 'error', code: 'invalid_match', message }
}

/** A match that names a correlation which is not among these rules never holds. A warning where no correlation was loaded at all, as when one
 *  file is checked alone. */
function unknownCorrelations(item: RuleItem, path: readonly string[], match: string, titles: readonly string[]): readonly Problem[] {
  return correlationsIn(match)
    .filter(({ title }) => !titles.includes(title))
    .map(({ title, at }) => ({
      file: item.file,
      ...item.within(path, at),
      severity: titles.length > 0 ? 'error' : 'warning',
      code: 'unknown_correlation',
      message: `${path.join('.')}: there is no correlation "${title}" among these rules`,
    }))
}

/** Falco's own codes: this may as well have been meant for it. There a mapping in a list is only warned of; here nothing is passed over. */
function unknownCode({ value, inList }: RuleItem): string {
  return inList && typeof value === 'object' && !Array.isArray(value) ? 'LOAD_UNKNOWN_ITEM' : 'LOAD_ERR_YAML_VALIDATE'
}

function duplicates(named: readonly (readonly [RuleItem, string, string])[]): readonly Problem[] {
  const seen = new Set<string>()
  return named.flatMap(([item, key, name]) => {
    if (seen.has(name)) return [problemAt(item, [key], 'duplicate_name', `there is another with the name "${name}"`)]
    seen.add(name)
    return []
  })
}

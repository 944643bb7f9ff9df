import { CodedError } from '../../error.ts'
import type { Problem } from '../problem.ts'
import { Budget } from './budget.ts'
import { RuleCompiler } from './compile.ts'
import { changeRule, defineList, defineMacro, defineRule, switchRule } from './define.ts'
import type { Item, PluginRequirement, PluginVersion } from './item.ts'
import { nameOfItem, readItem } from './read-item.ts'
import { LoadError, Report } from './report.ts'
import { type FalcoRule, parsePriority } from './rule.ts'
import { emptyState, type FalcoSource, type State } from './state.ts'
import { checkEngine, checkPlugins, checkRequirement, printVersion, type Version } from './version.ts'
import { readYaml, type YamlNode } from './yaml.ts'

export type { FalcoSource } from './state.ts'

export type FalcoLoadOptions = {
  /** The fields of each kind of event; a rule of any other kind is skipped with a warning. */
  readonly sources: Readonly<Record<string, FalcoSource>>
  /** Less severe rules are loaded but not enabled. */
  readonly minimumPriority?: string
  /** The plugins that there are. Without it, what the files require of plugins is only handed on. */
  readonly plugins?: readonly PluginVersion[]
  /** Throws a ConditionError for an output template that is none. */
  readonly knownOutput?: (template: string, source: FalcoSource) => void
}

export type FalcoFile = { readonly file: string; readonly text: string }
export type LoadedFalcoRules = {
  /** In order of first definition, which is the order in which they are tried. */
  readonly rules: readonly FalcoRule[]
  /** All that is wrong, Falco's own first error first. With an error among them the rules must not be used. */
  readonly problems: readonly Problem[]
  readonly info: { readonly requiredEngineVersion: string | undefined; readonly requiredPlugins: readonly PluginRequirement[] }
}

/** Loads files of Falco rules in order, as one engine would. Never throws on any text; `invalid_config` for a minimum priority that is none.
 *  Source: Falco's rule loader, engine 0.63. */
export function loadFalcoRules(files: readonly FalcoFile[], options: FalcoLoadOptions): LoadedFalcoRules {
  const minimumPriority = parsePriority(options.minimumPriority ?? 'debug')
  if (minimumPriority === undefined) throw new CodedError('invalid_config', `"${options.minimumPriority}" is no priority of Falco`)
  const report = new Report()
  const compiler = new RuleCompiler(report, { minimumPriority, knownOutput: options.knownOutput })
  const budget = new Budget(MOST_WORK * files.length, { file: files.at(0)?.file ?? '', line: 1, column: 1 })
  const loading: Loading = { state: emptyState(options.sources, budget), report, requirements: [], engine: undefined }
  let rules: readonly FalcoRule[] = []
  try {
    for (const [index, file] of files.entries()) {
      readFile(file, loading)
      rules = compiler.compile(loading.state, { last: index === files.length - 1 })
    }
    if (options.plugins) checkPlugins(loading.requirements, options.plugins, report)
  } catch (error) {
    if (!(error instanceof LoadError)) throw error
    report.stop(error)
  }
  const requiredEngineVersion = loading.engine && printVersion(loading.engine)
  return { rules, problems: report.problems, info: { requiredEngineVersion, requiredPlugins: loading.requirements } }
}

const MOST_WORK = 200_000_000

type Loading = { readonly state: State; readonly report: Report; readonly requirements: PluginRequirement[]; engine: Version | undefined }

function readFile({ file, text }: FalcoFile, loading: Loading): void {
  const { report } = loading
  for (const document of report.attempt(() => readYaml(file, text)) ?? []) {
    if (document.kind === 'null') continue
    if (document.kind !== 'sequence') {
      const what = document.kind === 'mapping' ? 'Rules content is not yaml array of objects' : 'Rules content is not yaml'
      report.error('LOAD_ERR_YAML_VALIDATE', what, document.at)
      continue
    }
    for (const node of document.items) if (node.kind !== 'null') takeItem(node, loading)
  }
}

function takeItem(node: YamlNode, loading: Loading): void {
  const { state, report } = loading
  const named = nameOfItem(node)
  const name = `${named?.key} ${named?.name}`
  const done = report.attempt(() => {
    const item = readItem(node, report)
    if (item === undefined) return true
    if (isDefinition(item)) state.broken.delete(name)
    if (!state.broken.has(name)) applyItem(item, loading)
    return true
  })
  if (done === undefined) state.broken.add(name)
}

function isDefinition(item: Item): boolean {
  return item.kind === 'rule' || ((item.kind === 'list' || item.kind === 'macro') && !item.append)
}

function applyItem(item: Item, loading: Loading): void {
  const { state, report } = loading
  switch (item.kind) {
    case 'engine version':
      checkEngine(item)
      loading.engine = item.version
      return
    case 'plugin versions':
      for (const requirement of item.requirements) {
        checkRequirement(requirement)
        loading.requirements.push(requirement)
      }
      return
    case 'list':
      defineList(item, state)
      return
    case 'macro':
      defineMacro(item, state)
      return
    case 'rule':
      defineRule(item, state, report)
      return
    case 'rule change':
      changeRule(item, state)
      return
    case 'rule switch':
      switchRule(item, state)
  }
}

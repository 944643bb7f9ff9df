import { readExceptions } from './exception-item.ts'
import type { RuleAddition, RuleChangeItem, RuleItem, RuleReplacement, RuleSwitchItem } from './item.ts'
import { type Overrides, readOverrides } from './overrides.ts'
import type { Report } from './report.ts'
import { PRIORITIES, type Priority, parsePriority } from './rule.ts'
import { invalid, optionalBool, optionalCount, optionalText, optionalTexts, requiredBool, requiredText } from './shape.ts'
import type { YamlMapping } from './yaml.ts'

const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions']
const REPLACEABLE = [...APPENDABLE, 'priority', 'enabled', 'capture', 'capture_duration', 'warn_evttypes', 'skip-if-unknown-filter']
export const RULE_KEYS = ['rule', 'source', 'append', 'override', ...REPLACEABLE]

/** An item that has the key `rule`: a definition, a change of an earlier one, or its switch. Throws LoadError at the first fault. */
export function readRule(item: YamlMapping, report: Report): RuleItem | RuleChangeItem | RuleSwitchItem {
  const { text: name, at } = requiredText(item, 'rule')
  const overrides = readOverrides(item, { append: APPENDABLE, replace: REPLACEABLE }, report)
  const { all, append, replace } = overrides
  if (all || append.size > 0 || replace.size > 0) return { kind: 'rule change', name, at, ...readChange(item, overrides, report) }
  if (['condition', 'output', 'desc', 'priority'].some((key) => item.entries.has(key))) {
    return { kind: 'rule', name, at, ...readDefinition(item, report) }
  }
  const enabled = requiredBool(item, 'enabled')
  const message =
    "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace')."
  report.warning('LOAD_DEPRECATED_ITEM', message, at)
  return { kind: 'rule switch', name, at, enabled }
}

function readDefinition(item: YamlMapping, report: Report): Omit<RuleItem, 'kind' | 'name' | 'at'> {
  const condition = requiredText(item, 'condition')
  const output = requiredText(item, 'output')
  const description = requiredText(item, 'desc').text
  const priority = readPriority(item)
  const source = optionalText(item, 'source')?.text ?? 'syscall'
  const enabled = optionalBool(item, 'enabled') ?? true
  checkUnused(item, () => true)
  const skipUnknown = optionalBool(item, 'skip-if-unknown-filter') ?? false
  const tags = readTags(item) ?? []
  const exceptions = readExceptions(item, report, { appending: false }) ?? []
  return { condition, output, description, priority, source, enabled, skipUnknown, tags, exceptions }
}

function readChange(
  item: YamlMapping,
  { all, append, replace }: Overrides,
  report: Report,
): Pick<RuleChangeItem, 'source' | 'append' | 'replace'> {
  const comparesSource = all || append.has('condition') || replace.has('condition')
  return {
    source: comparesSource ? optionalText(item, 'source')?.text : undefined,
    append: all ? readOldAppend(item, report) : append.size > 0 ? readAddition(item, append, report, { appending: true }) : undefined,
    replace: replace.size > 0 ? readReplacement(item, replace, report) : undefined,
  }
}

/** `append: true` takes these two; all else beside them is passed over. */
function readOldAppend(item: YamlMapping, report: Report): RuleAddition {
  return { condition: optionalText(item, 'condition'), exceptions: readExceptions(item, report, { appending: true }) }
}

function readAddition(item: YamlMapping, keys: ReadonlySet<string>, report: Report, mode: { appending: boolean }): RuleAddition {
  return {
    condition: keys.has('condition') ? requiredText(item, 'condition') : undefined,
    exceptions: keys.has('exceptions') ? (readExceptions(item, report, mode) ?? []) : undefined,
    output: keys.has('output') ? requiredText(item, 'output') : undefined,
    description: keys.has('desc') ? requiredText(item, 'desc').text : undefined,
    tags: keys.has('tags') ? readTags(item) : undefined,
  }
}

function readReplacement(item: YamlMapping, keys: ReadonlySet<string>, report: Report): RuleReplacement {
  const addition = readAddition(item, keys, report, { appending: false })
  checkUnused(item, (key) => keys.has(key))
  return {
    ...addition,
    priority: keys.has('priority') ? readPriority(item) : undefined,
    enabled: keys.has('enabled') ? requiredBool(item, 'enabled') : undefined,
    skipUnknown: keys.has('skip-if-unknown-filter') ? requiredBool(item, 'skip-if-unknown-filter') : undefined,
  }
}

/** Falco's settings that nothing here uses must still be well-formed. */
function checkUnused(item: YamlMapping, given: (key: string) => boolean): void {
  if (given('capture')) optionalBool(item, 'capture')
  if (given('capture_duration')) optionalCount(item, 'capture_duration')
  if (given('warn_evttypes')) optionalBool(item, 'warn_evttypes')
}

function readTags(item: YamlMapping): readonly string[] | undefined {
  return optionalTexts(item, 'tags')?.map(({ text }) => text)
}

function readPriority(item: YamlMapping): Priority {
  const scalar = requiredText(item, 'priority')
  const priority = parsePriority(scalar.text)
  if (priority === undefined) throw invalid(`Invalid priority '${scalar.text}'; expected one of ${PRIORITIES.join(', ')}`, scalar)
  return priority
}

import { closestName } from '../../condition/closest.ts'
import type { EngineVersionItem, Item, ListItem, MacroItem, PluginRequirement, PluginVersion, PluginVersionsItem } from './item.ts'
import { readOverrides } from './overrides.ts'
import { RULE_KEYS, readRule } from './read-rule.ts'
import type { Report } from './report.ts'
import { invalid, parseCount, requiredText, requiredTexts, valueAt } from './shape.ts'
import { parseVersion } from './version.ts'
import type { YamlMapping, YamlNode } from './yaml.ts'

type Kind = { readonly key: string; readonly keys: readonly string[]; readonly read: (item: YamlMapping, report: Report) => Item }

// A name that is none still works, by and large; it is only likely to surprise.
const LIST_NAME = /^[^()"'=, \t\n\v\f\r]+$/
const MACRO_NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/

/** Of several, the first of these keys says what an item is. */
const KINDS: readonly Kind[] = [
  { key: 'required_engine_version', keys: ['required_engine_version'], read: readEngineVersion },
  { key: 'required_plugin_versions', keys: ['required_plugin_versions'], read: readPluginVersions },
  { key: 'list', keys: ['list', 'items', 'append', 'override'], read: readList },
  { key: 'macro', keys: ['macro', 'condition', 'append', 'override'], read: readMacro },
  { key: 'rule', keys: RULE_KEYS, read: readRule },
]

/** What an item is and holds; undefined for one of no known kind, which is a warning. Throws LoadError at the first fault of its shape. */
export function readItem(node: YamlNode, report: Report): Item | undefined {
  if (node.kind !== 'mapping') throw invalid('Unexpected element type. Each element should be a yaml associative array.', node)
  const kind = kindOf(node)
  if (kind !== undefined) return readKnown(node, kind, report)
  const [first] = node.entries.keys()
  const message = `Unknown top level item${first === undefined ? '' : ` '${first}'`}${hint(
    first ?? '',
    KINDS.map(({ key }) => key),
  )}`
  report.warning('LOAD_UNKNOWN_ITEM', message, node.at)
  return undefined
}

/** What an item defines, when that can be told even though something in it is wrong. */
export function nameOfItem(node: YamlNode): { readonly key: string; readonly name: string } | undefined {
  const kind = node.kind === 'mapping' ? kindOf(node) : undefined
  const name = kind && node.kind === 'mapping' ? valueAt(node, kind.key) : undefined
  return kind && name?.kind === 'scalar' ? { key: kind.key, name: name.text } : undefined
}

function kindOf({ entries }: YamlMapping): Kind | undefined {
  return KINDS.find(({ key }) => entries.has(key))
}

function readKnown(item: YamlMapping, { keys, read }: Kind, report: Report): Item {
  for (const [key, { at }] of item.entries) {
    if (!keys.includes(key)) report.warning('LOAD_UNKNOWN_KEY', `Unknown key '${key}'${hint(key, keys)}`, at)
  }
  return read(item, report)
}

function readEngineVersion(item: YamlMapping): EngineVersionItem {
  const scalar = requiredText(item, 'required_engine_version')
  const minor = parseCount(scalar.text)
  const version = minor === undefined ? parseVersion(scalar.text) : { major: 0, minor, patch: 0 }
  if (version === undefined) throw invalid(`Unable to parse engine version '${scalar.text}'; expected a number or x.y.z`, scalar)
  return { kind: 'engine version', version, at: scalar.at }
}

function readPluginVersions(item: YamlMapping): PluginVersionsItem {
  const plugins = valueAt(item, 'required_plugin_versions')
  if (plugins?.kind !== 'sequence') throw invalid('Value of required_plugin_versions must be a sequence', plugins ?? item)
  return { kind: 'plugin versions', requirements: plugins.items.map(readRequirement) }
}

function readRequirement(node: YamlNode): PluginRequirement {
  const first = readPlugin(node)
  const alternatives = node.kind === 'mapping' ? valueAt(node, 'alternatives') : undefined
  if (alternatives === undefined) return { alternatives: [first], at: node.at }
  if (alternatives.kind !== 'sequence') throw invalid('Value of plugin version alternatives must be a sequence', alternatives)
  return { alternatives: [first, ...alternatives.items.map(readPlugin)], at: node.at }
}

function readPlugin(node: YamlNode): PluginVersion {
  if (node.kind !== 'mapping') throw invalid('Plugin version must be a mapping with name and version', node)
  return { name: requiredText(node, 'name').text, version: requiredText(node, 'version').text }
}

function readList(item: YamlMapping, report: Report): ListItem {
  const { text: name, at } = requiredText(item, 'list')
  if (!LIST_NAME.test(name)) {
    const message = `List has an invalid name. List names should match a regular expression: ${LIST_NAME.source}`
    report.warning('LOAD_INVALID_LIST_NAME', message, at)
  }
  const items = requiredTexts(item, 'items')
  const { all, append } = readOverrides(item, { append: ['items'], replace: ['items'] }, report)
  return { kind: 'list', name, at, items, append: all || append.has('items') }
}

function readMacro(item: YamlMapping, report: Report): MacroItem {
  const { text: name, at } = requiredText(item, 'macro')
  if (!MACRO_NAME.test(name)) {
    const message = `Macro has an invalid name. Macro names should match a regular expression: ${MACRO_NAME.source}`
    report.warning('LOAD_INVALID_MACRO_NAME', message, at)
  }
  const condition = requiredText(item, 'condition')
  const { all, append } = readOverrides(item, { append: ['condition'], replace: ['condition'] }, report)
  return { kind: 'macro', name, at, condition, append: all || append.has('condition') }
}

function hint(name: string, known: Iterable<string>): string {
  const meant = closestName(name, known)
  return meant === undefined ? '' : `; did you mean '${meant}'?`
}

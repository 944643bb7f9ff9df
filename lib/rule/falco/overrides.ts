import type { Report } from './report.ts'
import { invalid, optionalBool, valueAt } from './shape.ts'
import type { YamlMapping } from './yaml.ts'

type Operation = 'append' | 'replace'

/** What a later item of the same name does to the earlier one, key by key; empty for a definition. `all`: the old `append: true`. */
export type Overrides = { readonly all: boolean; readonly append: ReadonlySet<string>; readonly replace: ReadonlySet<string> }

/** Which keys can be overridden, by operation. */
export type Overridable = Readonly<Record<Operation, readonly string[]>>

/** Reads `append` and `override` of an item. Every overridable key that is given needs its entry, and every entry its key. */
export function readOverrides(item: YamlMapping, overridable: Overridable, report: Report): Overrides {
  const all = optionalBool(item, 'append') ?? false
  if (all) {
    const message = "The 'append' key is deprecated. Add an entry under 'override' instead (e.g. 'condition: append')"
    report.warning('LOAD_DEPRECATED_ITEM', message, item.entries.get('append')?.at ?? item.at)
  }
  const operations = readOperations(item, overridable, report)
  if (operations.size === 0) return { all, append: new Set(), replace: new Set() }
  if (all) {
    const message =
      "Keys 'override' and 'append: true' cannot be used together. Add an append entry (e.g. 'condition: append') under override instead."
    throw invalid(message, item.entries.get('append') ?? item)
  }
  for (const [key, operation] of operations) {
    if (item.entries.has(key)) continue
    throw invalid(`An ${operation} override for '${key}' was specified but '${key}' is not defined`, item.entries.get('override') ?? item)
  }
  for (const [key, { at }] of item.entries) {
    if (!overridable.append.includes(key) && !overridable.replace.includes(key)) continue
    if (operations.has(key)) continue
    throw invalid(`Unexpected key '${key}': no corresponding entry under 'override' is defined.`, { at })
  }
  const keysOf = (wanted: Operation) => new Set([...operations].filter(([, operation]) => operation === wanted).map(([key]) => key))
  return { all, append: keysOf('append'), replace: keysOf('replace') }
}

function readOperations(item: YamlMapping, overridable: Overridable, report: Report): Map<string, Operation> {
  const operations = new Map<string, Operation>()
  const override = valueAt(item, 'override')
  if (override === undefined) return operations
  if (override.kind !== 'mapping') {
    report.warning('LOAD_UNKNOWN_KEY', "'override' is not a mapping of keys to append or replace, and is ignored", override.at)
    return operations
  }
  for (const [key, { at, value }] of override.entries) {
    const operation = value.kind === 'scalar' ? value.text : ''
    if (operation !== 'append' && operation !== 'replace') {
      throw invalid(`Invalid override operation for key '${key}': '${operation}'. Allowed values are: append, replace`, value)
    }
    if (!overridable[operation].includes(key)) {
      const known = overridable[operation].join(', ')
      throw invalid(
        `Key '${key}' cannot be ${operation === 'append' ? "appended to, use 'replace' instead" : 'replaced'}; keys that can: ${known}`,
        { at },
      )
    }
    operations.set(key, operation)
  }
  return operations
}

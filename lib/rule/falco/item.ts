import type { ExceptionItem } from './exception-item.ts'
import type { FilePlace } from './report.ts'
import type { Priority } from './rule.ts'
import type { Version } from './version.ts'
import type { YamlScalar } from './yaml.ts'

/** One element of a file of rules, its shape checked; what it does to the state is not yet known. */
export type Item = EngineVersionItem | PluginVersionsItem | ListItem | MacroItem | RuleItem | RuleChangeItem | RuleSwitchItem
type Named = { readonly name: string; readonly at: FilePlace }

export type EngineVersionItem = { readonly kind: 'engine version'; readonly version: Version; readonly at: FilePlace }

/** Each requirement is met by any of its alternatives. */
export type PluginVersionsItem = { readonly kind: 'plugin versions'; readonly requirements: readonly PluginRequirement[] }
export type PluginRequirement = { readonly alternatives: readonly PluginVersion[]; readonly at: FilePlace }
export type PluginVersion = { readonly name: string; readonly version: string }

export type ListItem = Named & { readonly kind: 'list'; readonly items: readonly YamlScalar[]; readonly append: boolean }
export type MacroItem = Named & { readonly kind: 'macro'; readonly condition: YamlScalar; readonly append: boolean }

/** A full definition. */
export type RuleItem = Named & {
  readonly kind: 'rule'
  readonly source: string
  readonly condition: YamlScalar
  readonly output: YamlScalar
  readonly description: string
  readonly priority: Priority
  readonly tags: readonly string[]
  readonly enabled: boolean
  readonly skipUnknown: boolean
  readonly exceptions: readonly ExceptionItem[]
}

/** What is added to an earlier rule, and then what replaces parts of it. */
export type RuleChangeItem = Named & {
  readonly kind: 'rule change'
  readonly source: string | undefined
  readonly append: RuleAddition | undefined
  readonly replace: RuleReplacement | undefined
}
export type RuleAddition = {
  readonly condition?: YamlScalar | undefined
  readonly output?: YamlScalar | undefined
  readonly description?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly exceptions?: readonly ExceptionItem[] | undefined
}
export type RuleReplacement = RuleAddition & {
  readonly priority?: Priority | undefined
  readonly enabled?: boolean | undefined
  readonly skipUnknown?: boolean | undefined
}

/** A rule with nothing but `enabled`. */
export type RuleSwitchItem = Named & { readonly kind: 'rule switch'; readonly enabled: boolean }

import type { FieldLookup } from '../../condition/field.ts'
import type { Budget } from './budget.ts'
import type { Exception } from './exceptions.ts'
import type { FilePlace } from './report.ts'
import type { Priority } from './rule.ts'
import type { Traced } from './traced.ts'

/** The fields of a kind of event. */
export type FalcoSource = { readonly field: FieldLookup<never>; readonly fieldNames?: () => Iterable<string> }

/** What the items read so far define. Iterating gives them in the order of first definition, which a redefinition keeps. */
export type State = {
  readonly lists: Map<string, ListState>
  readonly macros: Map<string, MacroState>
  readonly rules: Map<string, RuleState>
  /** What an item with a fault in it was to define, as `list x`: what depends on it is not reported again. */
  readonly broken: Set<string>
  readonly sources: Readonly<Record<string, FalcoSource>>
  readonly budget: Budget
  /** Counts definitions and appends of lists and macros. */
  changes: number
}

/** `since`: the change that first defined it. It sees what was first defined before its own last change, `until`. */
type Seen = { readonly name: string; readonly at: FilePlace; readonly since: number; until: number }

export type ListState = Seen & { readonly items: ListValue[] }
export type ListValue = { readonly text: string; readonly at: FilePlace }
export type MacroState = Seen & { readonly condition: Traced[] }

/** Conditions and outputs in parts, which are joined by a blank. */
export type RuleState = {
  readonly name: string
  readonly at: FilePlace
  readonly source: string
  readonly skipUnknown: boolean
  readonly condition: readonly Traced[]
  readonly output: readonly Traced[]
  readonly description: string
  readonly priority: Priority
  readonly tags: ReadonlySet<string>
  readonly enabled: boolean
  readonly exceptions: readonly Exception[]
}

export function sourceOf({ sources }: Pick<State, 'sources'>, name: string): FalcoSource | undefined {
  return Object.hasOwn(sources, name) ? sources[name] : undefined
}

export function emptyState(sources: State['sources'], budget: Budget): State {
  return { lists: new Map(), macros: new Map(), rules: new Map(), broken: new Set(), sources, budget, changes: 0 }
}

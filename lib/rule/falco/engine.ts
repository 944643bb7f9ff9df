import { type CompileOptions, compileCondition } from '../../condition/compile.ts'
import { addExtraFields } from '../../condition/output/append.ts'
import { type CompiledOutput, compileOutput } from '../../condition/output/compile.ts'
import type { FalcoRule } from './rule.ts'

/** A rule that can be asked of an event. Neither function throws. */
export type CompiledRule<Event> = {
  readonly rule: FalcoRule
  readonly matches: (event: Event) => boolean
  readonly output: CompiledOutput<Event>
}

export type EngineOptions<Event> = {
  readonly fields: Pick<CompileOptions<Event>, 'field' | 'fieldNames'>
  /** Fields that every alert has beside those of its rule's template. */
  readonly extraFields?: readonly string[]
}

/** The enabled rules of one source, compiled, in the order in which they are tried. The rules have been loaded without an error. */
export function compileRules<Event>(
  rules: readonly FalcoRule[],
  source: string,
  { fields, extraFields = [] }: EngineOptions<Event>,
): readonly CompiledRule<Event>[] {
  return rules
    .filter((rule) => rule.enabled && rule.source === source)
    .map((rule) => ({
      rule,
      matches: compileCondition(rule.condition, fields),
      output: addExtraFields(compileOutput(rule.output, fields), extraFields, fields),
    }))
}

/** Which rules fire: the first that matches, or all. Source: falco.yaml, `rule_matching`. */
export type RuleMatching = 'first' | 'all'

/** The rules that an event makes fire, in their order. */
export function firing<Event>(rules: readonly CompiledRule<Event>[], event: Event, matching: RuleMatching): readonly CompiledRule<Event>[] {
  if (matching === 'all') return rules.filter(({ matches }) => matches(event))
  const first = rules.find(({ matches }) => matches(event))
  return first ? [first] : []
}

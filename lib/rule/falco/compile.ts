import { compileCondition } from '../../condition/compile.ts'
import { ConditionError } from '../../condition/error.ts'
import { type CompiledMacros, compileMacros } from './compile-macros.ts'
import { withExceptions } from './exception-text.ts'
import { lintCondition, lintOutput, unknownEventType } from './lint.ts'
import { type PutLists, putLists } from './lists.ts'
import { type Resolved, ResolvedMemory } from './macros.ts'
import { locatingErrors, type ParsedCondition, type ParseMemory, parseTraced } from './parts.ts'
import { LoadError, type Report } from './report.ts'
import { type FalcoRule, isAtLeast, type Priority } from './rule.ts'
import { type FalcoSource, type RuleState, type State, sourceOf } from './state.ts'
import { concat, joinParts, type Traced, trimmedWithout } from './traced.ts'

export type CompilerOptions = {
  readonly minimumPriority: Priority
  /** Throws a ConditionError for an output template that cannot be used with the source. */
  readonly knownOutput: ((template: string, source: FalcoSource) => void) | undefined
}

/** Makes rules of the state after each file, as Falco does: what a file uses must be there by its end. Problems are reported in Falco's order:
 *  macros that do not parse, then macros in macros, then rule by rule. */
export class RuleCompiler {
  readonly #report: Report
  readonly #options: CompilerOptions
  readonly #parsed: ParseMemory = new Map()
  readonly #resolved = new ResolvedMemory()
  readonly #checked = new WeakMap<RuleState, { readonly expr: Resolved['expr']; readonly passed: boolean }>()

  constructor(report: Report, options: CompilerOptions) {
    this.#report = report
    this.#options = options
  }

  /** `last`: no file follows, so what is not used will not be. */
  compile(state: State, { last }: { last: boolean }): readonly FalcoRule[] {
    const lists = putLists(state)
    const used = new Set(lists.used)
    const parse = (traced: Traced): ParsedCondition => {
      const parsed = parseTraced(traced, lists, state, this.#parsed)
      for (const name of parsed.lists) used.add(name)
      return parsed
    }
    const tools = { parse: ({ condition }: { condition: readonly Traced[] }) => parse(joinParts(condition)), memory: this.#resolved }
    const macros = compileMacros(state, { ...tools, report: this.#report })
    const rules = [...state.rules.values()].flatMap((rule) => {
      const source = state.broken.has(`rule ${rule.name}`) ? undefined : sourceOf(state, rule.source)
      return source === undefined ? [] : (this.#report.attempt(() => this.#compileRule(rule, source, { state, macros, parse })) ?? [])
    })
    if (last && !this.#report.failed) this.#warnOfUnused(state, macros, lists, used)
    return rules
  }

  #compileRule(
    rule: RuleState,
    source: FalcoSource,
    { state, macros, parse }: { state: State; macros: CompiledMacros; parse: (traced: Traced) => ParsedCondition },
  ): readonly FalcoRule[] {
    const parsed = parse(concat(withExceptions(joinParts(rule.condition), rule.exceptions, state.budget)))
    const places = { placeOf: parsed.placeOf, macros: macros.byName }
    const { expr, size } = locatingErrors('LOAD_ERR_VALIDATE', places, () =>
      this.#resolved.resolve(`rule ${rule.name}`, parsed.expr, macros.find, (name) => macros.used.add(name)),
    )
    const output = trimmedWithout(joinParts(rule.output), CONTAINER_INFO)
    const before = this.#checked.get(rule)
    const fresh = before?.expr === expr
    if (!fresh) state.budget.spend(size * NODE_COST)
    const passed = fresh
      ? before.passed
      : this.#check(rule, source, { parsed, expr, output, macros, isList: (name) => state.lists.has(name) })
    this.#checked.set(rule, { expr, passed })
    return passed ? [this.#finish(rule, expr, output.text)] : []
  }

  /** Whether the rule stays; false where an unknown field makes it drop out. */
  #check(rule: RuleState, source: FalcoSource, { parsed, expr, output, macros, isList }: Checked): boolean {
    const warn = ({ code, message }: ReturnType<typeof lintOutput>[number]) => this.#report.warning(code, message, rule.at)
    for (const warning of lintCondition(expr, source)) warn(warning)
    for (const warning of lintOutput(joinParts(rule.output).text)) warn(warning)
    const skipping = (code: LoadError['problem'], places: Parameters<typeof locatingErrors>[1], act: () => void): boolean => {
      try {
        locatingErrors(code, places, act)
        return true
      } catch (error) {
        if (!(error instanceof LoadError && rule.skipUnknown && UNKNOWN.test(error.message))) throw error
        this.#report.warning('LOAD_UNKNOWN_FILTER', error.message, error.at)
        return false
      }
    }
    return (
      skipping('LOAD_ERR_COMPILE_OUTPUT', output, () => this.#checkOutput(output.text, source)) &&
      skipping('LOAD_ERR_COMPILE_CONDITION', { placeOf: parsed.placeOf, macros: macros.byName }, () => {
        compileCondition(parsed.expr, { ...source, macro: (name) => macros.byName.get(name)?.expr })
        const type = unknownEventType(expr, isList)
        if (type !== undefined) throw new LoadError('LOAD_ERR_COMPILE_CONDITION', `unknown event type ${type}`, parsed.placeOf(0))
      })
    )
  }

  #checkOutput(template: string, source: FalcoSource): void {
    if (template === '') throw new ConditionError('the output is empty', { offset: 0, line: 1, column: 1 })
    this.#options.knownOutput?.(template, source)
  }

  #finish(rule: RuleState, condition: FalcoRule['condition'], output: string): FalcoRule {
    const { name, source, description, priority, at } = rule
    return {
      name,
      source,
      description,
      priority,
      tags: [...rule.tags].sort(),
      enabled: rule.enabled && isAtLeast(priority, this.#options.minimumPriority),
      condition,
      output,
      exceptions: rule.exceptions.map(({ name, fields, comps, values }) => ({ name, fields, comps, valueCount: values.length })),
      ...at,
    }
  }

  #warnOfUnused(state: State, macros: CompiledMacros, lists: PutLists, used: ReadonlySet<string>): void {
    for (const { name, at } of state.macros.values()) {
      if (!macros.used.has(name)) this.#report.warning('LOAD_UNUSED_MACRO', `Macro '${name}' not referred to by any other rule/macro`, at)
    }
    for (const { name } of lists.byName.values()) {
      const at = state.lists.get(name)?.at
      if (at && !used.has(name)) this.#report.warning('LOAD_UNUSED_LIST', `List '${name}' not referred to by any other rule/macro/list`, at)
    }
  }
}

type Checked = {
  readonly parsed: ParsedCondition
  readonly expr: Resolved['expr']
  readonly output: Traced
  readonly macros: CompiledMacros
  readonly isList: (name: string) => boolean
}

const CONTAINER_INFO = '%container.info'
/** The words for a field that is not there: of a condition, of an event type, of an output. */
const UNKNOWN = /nonexistent field|unknown event type|no field is named/
/** What checking a node of a condition costs, in characters read. */
const NODE_COST = 50

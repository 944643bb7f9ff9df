import { type Found, hintForMacro, type Resolved, type ResolvedMemory } from './macros.ts'
import { locatingErrors, type ParsedCondition } from './parts.ts'
import type { Report } from './report.ts'
import type { MacroState, State } from './state.ts'

/** A macro whose text could be read; without `resolved` while that is not yet done, or cannot be. */
export type CompiledMacro = ParsedCondition & { resolved: Resolved | undefined }

export type CompiledMacros = {
  /** Without `until`, all macros are seen. */
  readonly find: (name: string, until?: number) => Found
  readonly byName: ReadonlyMap<string, CompiledMacro>
  readonly used: Set<string>
}

type Tools = { readonly parse: (macro: MacroState) => ParsedCondition; readonly memory: ResolvedMemory; readonly report: Report }

/** Reads all macros, and then puts into each the macros that it sees, in order of definition, as Falco does. */
export function compileMacros(state: State, { parse, memory, report }: Tools): CompiledMacros {
  const byName = new Map<string, CompiledMacro>()
  const used = new Set<string>()
  const unusable = new Set<string>()
  for (const macro of state.macros.values()) {
    const parsed = state.broken.has(`macro ${macro.name}`) ? undefined : report.attempt(() => parse(macro))
    if (parsed === undefined) unusable.add(macro.name)
    else byName.set(macro.name, { ...parsed, resolved: undefined })
  }
  const find = (name: string, until = Number.POSITIVE_INFINITY): Found => {
    if (unusable.has(name) || state.broken.has(`macro ${name}`)) return 'broken'
    const macro = byName.get(name)
    if (macro !== undefined && (state.macros.get(name)?.since ?? 0) < until) return macro
    return { hint: hintForMacro(name, state.macros, state.lists) }
  }
  for (const [name, macro] of byName) {
    const until = state.macros.get(name)?.until ?? 0
    const findVisible = (other: string) => find(other, until)
    const resolved = report.attempt(() =>
      locatingErrors('LOAD_ERR_VALIDATE', { placeOf: macro.placeOf, macros: byName }, () =>
        memory.resolve(`macro ${name}`, macro.expr, findVisible, (other) => used.add(other)),
      ),
    )
    if (resolved === undefined) unusable.add(name)
    else macro.resolved = resolved
  }
  return { find, byName, used }
}

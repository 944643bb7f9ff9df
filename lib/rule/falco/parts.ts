import type { Expr } from '../../condition/ast.ts'
import { ConditionError } from '../../condition/error.ts'
import { parseCondition } from '../../condition/parse.ts'
import { type PutLists, substituteLists, traceSubstituted } from './lists.ts'
import { AlreadyReported, type FilePlace, LoadError } from './report.ts'
import type { State } from './state.ts'
import type { Traced } from './traced.ts'

/** A condition parsed after its lists were put in. Places are those in the files, of the item of a list where a list brought it in. */
export type ParsedCondition = { readonly expr: Expr; readonly placeOf: (offset: number) => FilePlace; readonly lists: ReadonlySet<string> }

/** Trees of the texts that were parsed before, so that a file that follows does not parse everything again. */
export type ParseMemory = Map<string, Expr>

/** Puts lists in and parses. Throws LoadError LOAD_ERR_COMPILE_CONDITION; AlreadyReported where a list has a fault. */
export function parseTraced(traced: Traced, lists: PutLists, state: State, memory: ParseMemory): ParsedCondition {
  const { text, passes, used } = substituteLists(traced.text, lists, state.budget)
  if (namesBroken(text, state.broken)) throw new AlreadyReported()
  const placeOf = (offset: number): FilePlace => {
    const origin = traceSubstituted(passes, offset)
    return typeof origin === 'number' ? traced.placeOf(origin) : origin.at
  }
  const expr = memory.get(text) ?? locatingErrors('LOAD_ERR_COMPILE_CONDITION', { placeOf }, () => parseCondition(text))
  memory.set(text, expr)
  return { expr, placeOf, lists: used }
}

/** Runs `act`; a ConditionError in it becomes the LoadError at its place in the files, which `macros` know when it is in one. */
export function locatingErrors<T>(
  code: LoadError['problem'],
  { placeOf, macros }: { placeOf: (offset: number) => FilePlace; macros?: ReadonlyMap<string, ParsedCondition> },
  act: () => T,
): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    const macro = error.macro === undefined ? undefined : macros?.get(error.macro)
    throw new LoadError(code, error.message, (macro?.placeOf ?? placeOf)(error.offset))
  }
}

function namesBroken(text: string, broken: ReadonlySet<string>): boolean {
  return broken.size > 0 && text.split(/[ \t\n\r(),=]+/).some((word) => broken.has(`list ${word}`))
}

import type { Expr, MacroReference } from './ast.ts'
import { ConditionError } from './error.ts'

/** The parsed condition of a macro; undefined for a name that is none. */
export type MacroLookup = (name: string) => Expr | undefined

/** A condition with each macro replaced by its own tree, as Falco prints it; ConditionError for an unknown macro or a loop. */
export function expandMacros(expr: Expr, lookup: MacroLookup): Expr {
  return expand(expr, lookup, [])
}

function expand(expr: Expr, lookup: MacroLookup, within: readonly string[]): Expr {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return { ...expr, items: expr.items.map((item) => expand(item, lookup, within)) }
    case 'not':
      return { ...expr, item: expand(expr.item, lookup, within) }
    case 'macro':
      return expand(lookUpMacro(expr, lookup, within), lookup, [...within, expr.name])
    case 'check':
      return expr
  }
}

/** The tree of one macro, referred to from inside the macros `within`. */
export function lookUpMacro({ name, at }: MacroReference, lookup: MacroLookup | undefined, within: readonly string[]): Expr {
  if (within.includes(name)) throw new ConditionError(`reference loop in macro '${name}'`, at)
  const body = lookup?.(name)
  if (body !== undefined) return body
  const keyword = /^(?:and|or|not)$/i.test(name)
  throw new ConditionError(`undefined macro '${name}' used in filter`, at, {
    hint: keyword ? `${name.toLowerCase()} needs a check after it` : undefined,
  })
}

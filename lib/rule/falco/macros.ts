import type { Expr, MacroReference } from '../../condition/ast.ts'
import { closestName } from '../../condition/closest.ts'
import { ConditionError } from '../../condition/error.ts'
import { AlreadyReported } from './report.ts'

/** A condition without macros, and how large it is: macros of macros multiply. */
export type Resolved = { readonly expr: Expr; readonly size: number; readonly depth: number }

/** What a reference to a macro finds: the macro, put together or not yet; a word on why it is not there; `broken` where another problem
 *  has already said so. */
export type Found = { readonly expr: Expr; readonly resolved: Resolved | undefined } | { readonly hint: string | undefined } | 'broken'
export type FindMacro = (name: string) => Found

const LARGEST = 100_000
const DEEPEST = 1000

/** A condition with the tree of each macro in the place of its name, as Falco does it: the parts stay together as in parentheses.
 *  Throws ConditionError for an unknown macro or a loop, AlreadyReported for one in which a fault was found. */
export function resolveMacros(expr: Expr, find: FindMacro): Resolved {
  return resolve(expr, { find, within: [] })
}

/** Resolves again only what has changed. Files that follow seldom change what is there, yet each makes everything anew. */
export class ResolvedMemory {
  readonly #known = new Map<string, { readonly expr: Expr; readonly found: ReadonlyMap<string, Expr>; readonly resolved: Resolved }>()

  /** `owner` names what the condition belongs to; `use` hears of each macro in it. */
  resolve(owner: string, expr: Expr, find: FindMacro, use: (name: string) => void): Resolved {
    const known = this.#known.get(owner)
    const fresh = known?.expr === expr && [...known.found].every(([name, before]) => treeOf(find(name)) === before)
    const found = new Map(fresh ? known.found : [])
    const remember = (name: string): Found => {
      const macro = find(name)
      const tree = treeOf(macro)
      if (tree !== undefined) found.set(name, tree)
      return macro
    }
    const resolved = fresh ? known.resolved : resolveMacros(expr, remember)
    for (const name of found.keys()) use(name)
    this.#known.set(owner, { expr, found, resolved })
    return resolved
  }
}

function treeOf(found: Found): Expr | undefined {
  return found === 'broken' || 'hint' in found ? undefined : (found.resolved?.expr ?? found.expr)
}

type Context = { readonly find: FindMacro; readonly within: readonly string[] }

function resolve(expr: Expr, context: Context): Resolved {
  switch (expr.kind) {
    case 'check':
      return { expr, size: 1, depth: 1 }
    case 'macro':
      return resolveReference(expr, context)
    case 'not': {
      const item = resolve(expr.item, context)
      return bounded({ expr: item.expr === expr.item ? expr : { ...expr, item: item.expr }, size: item.size + 1, depth: item.depth + 1 })
    }
    case 'and':
    case 'or': {
      const items: Expr[] = []
      let size = 1
      let depth = 0
      for (const item of expr.items) {
        const resolved = resolve(item, context)
        items.push(resolved.expr)
        size += resolved.size
        depth = Math.max(depth, resolved.depth)
        if (size > LARGEST) break
      }
      return bounded({ expr: { ...expr, items }, size, depth: depth + 1 })
    }
  }
}

function resolveReference({ name, at }: MacroReference, { find, within }: Context): Resolved {
  if (within.includes(name)) throw new ConditionError(`reference loop in macro '${name}'`, at)
  const found = find(name)
  if (found === 'broken') throw new AlreadyReported(name)
  if ('hint' in found) throw new ConditionError(`Undefined macro '${name}' used in filter.`, at, { hint: found.hint })
  if (found.resolved !== undefined) return found.resolved
  if (within.length > DEEPEST) throw new ConditionError('macros refer to each other too deeply', at)
  try {
    return resolve(found.expr, { find, within: [...within, name] })
  } catch (error) {
    throw error instanceof ConditionError && error.macro === undefined ? error.inMacro(name) : error
  }
}

function bounded(resolved: Resolved): Resolved {
  if (resolved.size <= LARGEST && resolved.depth <= DEEPEST) return resolved
  throw new ConditionError('the condition is too large once its macros are put in', resolved.expr.at)
}

/** What to say of a name that is no macro, or none yet. */
export function hintForMacro(name: string, macros: ReadonlyMap<string, unknown>, lists: ReadonlyMap<string, unknown>): string | undefined {
  if (/^(?:and|or|not)$/i.test(name)) return `${name.toLowerCase()} needs a check after it`
  if (macros.has(name)) return 'a macro sees only the macros that are defined before it'
  if (lists.has(name)) return `'${name}' is a list: field in (${name})`
  const meant = closestName(name, macros.keys())
  return meant === undefined ? undefined : `did you mean '${meant}'?`
}

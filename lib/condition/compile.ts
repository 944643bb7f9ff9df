import type { Argument, Expr, FieldReference, MacroReference } from './ast.ts'
import { compileCheck } from './check.ts'
import { closestName } from './closest.ts'
import { ConditionError } from './error.ts'
import { type Field, type FieldLookup, isList } from './field.ts'
import { lookUpMacro, type MacroLookup } from './macro.ts'
import { printField } from './print.ts'
import { compileCall } from './transform.ts'

export type CompileOptions<Event> = {
  readonly field: FieldLookup<Event>
  /** All names that `field` knows, to propose the one that was meant. */
  readonly fieldNames?: () => Iterable<string>
  /** The parsed condition of a macro; undefined for a name that is none. */
  readonly macro?: MacroLookup
}

/** Compiles a condition to a predicate on events. Everything that can be wrong with it throws a ConditionError here: fields, types,
 *  constants, patterns, macros; the predicate itself never throws, and no value of an event makes it slow. */
export function compileCondition<Event>(expr: Expr, options: CompileOptions<Event>): Predicate<Event> {
  return compileExpr(expr, options, { within: [], compiled: new Map() })
}

type Predicate<Event> = (event: Event) => boolean
/** The macros that are being compiled, from the outermost, and those that have been. */
type Macros<Event> = { readonly within: readonly string[]; readonly compiled: Map<string, Predicate<Event>> }

function compileExpr<Event>(expr: Expr, options: CompileOptions<Event>, macros: Macros<Event>): Predicate<Event> {
  switch (expr.kind) {
    case 'and':
      return all(expr.items.map((item) => compileExpr(item, options, macros)))
    case 'or':
      return any(expr.items.map((item) => compileExpr(item, options, macros)))
    case 'not': {
      const holds = compileExpr(expr.item, options, macros)
      return (event) => !holds(event)
    }
    case 'macro':
      return macros.compiled.get(expr.name) ?? compileMacro(expr, options, macros)
    case 'check':
      return compileCheck(expr, (argument) => compileOperand(argument, options))
  }
}

function compileMacro<Event>(
  reference: MacroReference,
  options: CompileOptions<Event>,
  { within, compiled }: Macros<Event>,
): Predicate<Event> {
  const { name } = reference
  const body = lookUpMacro(reference, options.macro, within)
  try {
    const holds = compileExpr(body, options, { within: [...within, name], compiled })
    compiled.set(name, holds)
    return holds
  } catch (error) {
    throw error instanceof ConditionError && error.macro === undefined ? error.inMacro(name) : error
  }
}

/** A field, a call or a literal as a field; ConditionError for a field that the lookup does not know or refuses. */
export function compileOperand<Event>(argument: Argument, options: CompileOptions<Event>): Field<Event> {
  switch (argument.kind) {
    case 'field':
      return findField(argument, options)
    case 'call':
      return compileCall(argument, (inner) => compileOperand(inner, options))
    case 'literal': {
      const { text } = argument
      return { type: 'string', get: () => text }
    }
    case 'arguments':
      throw new ConditionError('a list cannot stand here', argument.at)
  }
}

function findField<Event>(reference: FieldReference, { field: find, fieldNames }: CompileOptions<Event>): Field<Event> {
  const { name, argument, at } = reference
  if (argument?.includes(']')) throw new ConditionError("a field argument cannot hold a ']'", at)
  const field = find(name, argument)
  if (field === undefined) {
    const meant = closestName(name, fieldNames?.() ?? [])
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`
    throw new ConditionError(`filter_check called with nonexistent field ${printField(reference)}`, at, { hint })
  }
  if ('refused' in field) throw new ConditionError(field.refused, at)
  if (!field.list && field.type !== 'json') return field
  const { type, list = false, get } = field
  const getPresent = (event: Event) => {
    const value = get(event)
    return isList(value) && value.length === 0 ? undefined : value
  }
  return { type, list, get: getPresent }
}

function all<Event>(tests: readonly Predicate<Event>[]): Predicate<Event> {
  const [first, second, third] = tests
  if (first !== undefined && second !== undefined && tests.length === 2) return (event) => first(event) && second(event)
  if (first !== undefined && second !== undefined && third !== undefined && tests.length === 3) {
    return (event) => first(event) && second(event) && third(event)
  }
  return (event) => {
    for (const test of tests) if (!test(event)) return false
    return true
  }
}

function any<Event>(tests: readonly Predicate<Event>[]): Predicate<Event> {
  const [first, second, third] = tests
  if (first !== undefined && second !== undefined && tests.length === 2) return (event) => first(event) || second(event)
  if (first !== undefined && second !== undefined && third !== undefined && tests.length === 3) {
    return (event) => first(event) || second(event) || third(event)
  }
  return (event) => {
    for (const test of tests) if (test(event)) return true
    return false
  }
}

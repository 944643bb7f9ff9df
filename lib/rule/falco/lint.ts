import { type Argument, type Check, type Expr, type FieldReference, type Literal, TRANSFORMERS } from '../../condition/ast.ts'
import { printField } from '../../condition/print.ts'
import type { WarningName } from './report.ts'
import type { FalcoSource } from './state.ts'

export type Warning = { readonly code: WarningName; readonly message: string }

/** What is allowed in a condition but seldom meant. */
export function lintCondition(expr: Expr, source: FalcoSource): readonly Warning[] {
  const warnings = new Map<string, Warning>()
  const warn = (code: WarningName, message: string) => warnings.set(`${code} ${message}`, { code, message })
  for (const check of checksOf(expr)) {
    for (const { name } of fieldsOf(check)) {
      if (DEPRECATED.test(name)) warn('LOAD_DEPRECATED_ITEM', deprecated(name, 'condition'))
    }
    const values = valuesOf(check)
    for (const { text } of values) {
      const misused = misuseOf(text, source)
      if (misused !== undefined) warn('LOAD_COMPILE_CONDITION', `'${text}' may be a valid ${misused} misused as a const string value`)
      if (check.operator === 'regex' && !/[.*+?()[\]{}|^$\\]/.test(text)) {
        warn('LOAD_COMPILE_CONDITION', `the regex '${text}' has no special character; = compares with a text`)
      }
    }
    if (isUnsafe(check, values)) {
      const message = `comparing ${printField(check.left as FieldReference)} with <NA> is unsafe: a field that is absent never matches; use 'exists'`
      warn('LOAD_UNSAFE_NA_CHECK', message)
    }
  }
  return [...warnings.values()]
}

/** The first value compared with `evt.type` that cannot be one: no word, or the name of a list that is nested too deep to be put in. */
export function unknownEventType(expr: Expr, isList: (name: string) => boolean): string | undefined {
  for (const check of checksOf(expr)) {
    if (check.left.kind !== 'field' || check.left.name !== 'evt.type' || !TYPE_OPERATORS.has(check.operator)) continue
    const unknown = valuesOf(check).find(({ text }) => isList(text) || !/^[a-zA-Z0-9_]+$/.test(text))
    if (unknown !== undefined) return unknown.text
  }
  return undefined
}

/** The fields in an output that will go away. */
export function lintOutput(output: string): readonly Warning[] {
  const names = new Set([...output.matchAll(/%[0-9]*((?:evt\.)[a-z_.]+)/g)].map((match) => (match[1] ?? '').replace(/\.+$/, '')))
  const found = [...names].filter((name) => DEPRECATED.test(name))
  const message = 'usage of %container.info has been deprecated in the rule output, and is removed'
  const warnings: Warning[] = output.includes('%container.info') ? [{ code: 'LOAD_DEPRECATED_ITEM', message }] : []
  return [...warnings, ...found.map((name): Warning => ({ code: 'LOAD_DEPRECATED_ITEM', message: deprecated(name, 'output') }))]
}

const DEPRECATED = /^evt\.(?:dir|latency(?:\..*)?|wait_latency)$/
const NA_OPERATORS: ReadonlySet<string> = new Set(['=', '==', '!=', 'in', 'intersects', 'pmatch'])
const TYPE_OPERATORS: ReadonlySet<string> = new Set(['=', '==', '!=', 'in', 'intersects'])
const CALL = new RegExp(`^(?:val|${TRANSFORMERS.join('|')})\\(.*\\)`, 's')

function deprecated(name: string, where: 'condition' | 'output'): string {
  return `usage of deprecated field '${name}' has been detected in the rule ${where}`
}

function isUnsafe({ left, operator }: Check, values: readonly Literal[]): boolean {
  return (
    left.kind === 'field' && /^(?:ka|jevt)\./.test(left.name) && NA_OPERATORS.has(operator) && values.some(({ text }) => text === '<NA>')
  )
}

function misuseOf(text: string, { field }: FalcoSource): 'field' | 'field transformer' | undefined {
  if (CALL.test(text)) return 'field transformer'
  const parts = /^([a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+)(?:\[([^[\]]+)\])?$/.exec(text)
  const found = parts && field(parts[1] ?? '', parts[2])
  return found && !('refused' in found) ? 'field' : undefined
}

function* checksOf(root: Expr): Generator<Check> {
  const waiting = [root]
  for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
    if (expr.kind === 'check') yield expr
    else if (expr.kind === 'not') waiting.push(expr.item)
    else if (expr.kind !== 'macro') for (const item of expr.items.toReversed()) waiting.push(item)
  }
}

function valuesOf({ right }: Check): readonly Literal[] {
  if (right === undefined || right.kind === 'call') return []
  return right.kind === 'list' ? right.items : [right]
}

function fieldsOf({ left, right }: Check): readonly FieldReference[] {
  return [...fieldsIn(left), ...(right?.kind === 'call' ? fieldsIn(right) : [])]
}

function fieldsIn(argument: Argument): readonly FieldReference[] {
  switch (argument.kind) {
    case 'field':
      return [argument]
    case 'literal':
      return []
    case 'call':
      return argument.arguments.flatMap(fieldsIn)
    case 'arguments':
      return argument.items.flatMap(fieldsIn)
  }
}

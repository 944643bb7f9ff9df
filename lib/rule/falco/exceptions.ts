import { LIST_OPERATORS, MODIFIERS, NUMBER_OPERATORS, TEXT_OPERATORS } from '../../condition/ast.ts'
import { closestName } from '../../condition/closest.ts'
import { compileCondition } from '../../condition/compile.ts'
import { ConditionError } from '../../condition/error.ts'
import { parseCondition } from '../../condition/parse.ts'
import { type ExceptionItem, isGiven, textOfNode } from './exception-item.ts'
import { type FilePlace, LoadError } from './report.ts'
import type { FalcoSource } from './state.ts'
import type { YamlNode } from './yaml.ts'

/** An exception of a rule. One field compared with a flat list of values, or rows of as many values as fields. */
export type Exception = {
  readonly name: string
  readonly single: boolean
  readonly fields: readonly string[]
  /** Empty where an override gave none: such an exception may not have values. */
  readonly comps: readonly string[]
  readonly values: readonly YamlNode[]
  readonly at: FilePlace
}

const MODIFIED: readonly string[] = TEXT_OPERATORS.flatMap((operator) => MODIFIERS.map((modifier) => `${operator} ${modifier}`))
const OPERATORS: readonly string[] = [...NUMBER_OPERATORS, ...TEXT_OPERATORS, ...LIST_OPERATORS, ...MODIFIED]
const LIST_COMPARISONS: readonly string[] = [...LIST_OPERATORS, ...MODIFIED]

/** Whether what stands right of the operator is a list. */
export function takesList(comp: string): boolean {
  return LIST_COMPARISONS.includes(comp)
}

/** The exception as it is given, with the comparisons that are meant where it names none. Throws LoadError LOAD_ERR_VALIDATE where it
 *  makes no sense. Without a source, that of the rule is unknown and so are its fields. */
export function defineException(item: ExceptionItem, source: FalcoSource | undefined): Exception {
  const { at } = item
  if (source === undefined) return adoptException(item)
  if (!isGiven(item.fields)) throw invalid('Rule exception must have fields property with a list of fields', at)
  const single = item.fields.kind === 'scalar'
  const fallback = single ? ['in'] : textsOf(item.fields).map(() => '=')
  const exception = { ...adoptException(item), comps: isGiven(item.comps) ? compsOf(item.comps) : fallback }
  if (single) {
    if (item.comps?.kind === 'sequence' && isGiven(item.comps)) throw invalid('Fields and comps must both be strings', item.comps.at)
    const [comp = ''] = exception.comps
    if (!takesList(comp)) {
      const message = `When fields is a single value, comps must be one of (in, pmatch, intersects) or have a modifier such as '= anyof', not '${comp}'`
      throw invalid(message, item.comps?.at ?? at)
    }
  } else if ((isGiven(item.comps) && item.comps.kind === 'scalar') || exception.fields.length !== exception.comps.length) {
    throw invalid('Fields and comps lists must have equal length', item.comps?.at ?? at)
  }
  for (const comp of exception.comps) checkOperator(comp, item.comps?.at ?? at)
  for (const field of exception.fields) checkField(field, source, item.fields.at)
  return exception
}

/** The exception as an override gives it, which Falco does not look at again. */
export function adoptException({ name, fields, comps, values, at }: ExceptionItem): Exception {
  return { name, single: fields?.kind !== 'sequence', fields: textsOf(fields), comps: compsOf(comps), values, at }
}

/** An item's exceptions added to those of the rule: a new name needs all of an exception, a known one only more values. */
export function appendExceptions(
  exceptions: readonly Exception[],
  items: readonly ExceptionItem[],
  source: FalcoSource | undefined,
): readonly Exception[] {
  const result = [...exceptions]
  for (const item of items) {
    const index = result.findIndex(({ name }) => name === item.name)
    const known = result[index]
    if (known === undefined) {
      if (!isGiven(item.fields)) throw invalid('Rule exception must have fields property with a list of fields', item.at)
      if (item.values.length === 0) throw invalid('Rule exception must have values property with a list of values', item.at)
      result.push(defineException(item, source))
      continue
    }
    if (isGiven(item.fields)) throw invalid('Can not append exception fields to existing exception, only values', item.fields.at)
    if (isGiven(item.comps)) throw invalid('Can not append exception comps to existing exception, only values', item.comps.at)
    result[index] = { ...known, values: [...known.values, ...item.values] }
  }
  return result
}

function textsOf(node: YamlNode | undefined): readonly string[] {
  if (!isGiven(node)) return []
  return node.kind === 'sequence' ? node.items.map(textOfNode) : [node.text]
}

function compsOf(node: YamlNode | undefined): readonly string[] {
  return textsOf(node).map((comp) => comp.trim().replace(/\s+/g, ' '))
}

function checkOperator(comp: string, at: FilePlace): void {
  if (OPERATORS.includes(comp)) return
  const meant = closestName(comp, OPERATORS)
  throw invalid(`'${comp}' is not a supported comparison operator${meant === undefined ? '' : `; did you mean '${meant}'?`}`, at)
}

/** A field, or a transformer call over one. */
function checkField(field: string, source: FalcoSource, at: FilePlace): void {
  try {
    const check = parseCondition(`${field} exists`)
    if (check.kind !== 'check' || check.operator !== 'exists') throw invalid(`'${field}' is not a supported filter field`, at)
    compileCondition(check, source)
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    throw invalid(`'${field}' is not a supported filter field: ${error.message}`, at)
  }
}

function invalid(message: string, at: FilePlace): LoadError {
  return new LoadError('LOAD_ERR_VALIDATE', message, at)
}

import type { Budget } from './budget.ts'
import { textOfNode } from './exception-item.ts'
import { type Exception, takesList } from './exceptions.ts'
import { ITEM_COST, quoteItem } from './lists.ts'
import { LoadError } from './report.ts'
import { fixed, type Traced } from './traced.ts'
import type { YamlNode } from './yaml.ts'

/** The parts of a condition in which an exception does not hold: `(condition) and not …` for each that has values. As text, so that names of
 *  lists in it are found. Throws LoadError where values do not fit to fields. Source: Falco's rule compiler. */
export function withExceptions(condition: Traced, exceptions: readonly Exception[], budget: Budget): readonly Traced[] {
  for (const { values } of exceptions) for (const value of values) budget.spend(sizeOf(value) * ITEM_COST)
  const parts = exceptions.filter(({ values }) => values.length > 0).flatMap(exceptionText)
  if (parts.length === 0) return [condition]
  const start = condition.placeOf(0)
  return [fixed('(', start), condition, fixed(')', start), ...parts]
}

function exceptionText(exception: Exception): readonly Traced[] {
  const { at, fields, comps } = exception
  if (fields.length === 0 || fields.length !== comps.length) {
    const message = `Exception '${exception.name}' replaces another, so it needs fields, and a comparison for each`
    throw new LoadError('LOAD_ERR_VALIDATE', message, at)
  }
  return exception.single ? singleText(exception) : rowsText(exception)
}

function singleText({ fields: [field = ''], comps: [comp = ''], values, at }: Exception): readonly Traced[] {
  const items = values.map((value, index) => {
    if (value.kind === 'sequence') throw new LoadError('LOAD_ERR_VALIDATE', 'Expected values array to contain a list of strings', value.at)
    return fixed(`${index === 0 ? '' : ', '}${quoteItem(textOfNode(value))}`, value.at)
  })
  return [fixed(` and not (${field} ${comp} (`, at), ...items, fixed('))', at)]
}

function rowsText({ fields, comps, values, at }: Exception): readonly Traced[] {
  const rows = values.map((row, index) => {
    if (row.kind !== 'sequence' || row.items.length !== fields.length) {
      const count = row.kind === 'sequence' ? `${row.items.length} values for ${fields.length} fields` : 'a row is a list'
      throw new LoadError('LOAD_ERR_VALIDATE', `Fields and values lists must have equal length: ${count}`, row.at)
    }
    const checks = row.items.map(
      (value, column) => `${fields[column] ?? ''} ${comps[column] ?? ''} ${valueText(value, comps[column] ?? '')}`,
    )
    return fixed(`${index === 0 ? '' : ' or '}(${checks.join(' and ')})`, row.at)
  })
  return [fixed(' and not (', at), ...rows, fixed(')', at)]
}

function valueText(value: YamlNode, comp: string): string {
  if (value.kind === 'sequence') return `(${value.items.map((item) => quoteItem(textOfNode(item))).join(', ')})`
  const text = textOfNode(value)
  if (!takesList(comp)) return quoteItem(text)
  return text.startsWith('(') ? text : `(${quoteItem(text)})`
}

function sizeOf(value: YamlNode): number {
  if (value.kind === 'sequence') return value.items.reduce((size, item) => size + sizeOf(item), 1)
  return 1 + textOfNode(value).length / 10
}

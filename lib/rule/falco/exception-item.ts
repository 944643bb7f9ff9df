import type { FilePlace, Report } from './report.ts'
import { invalid, requiredText, valueAt } from './shape.ts'
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml.ts'

/** An exception as an item gives it. Without `fields` it adds values to an earlier one. */
export type ExceptionItem = {
  readonly name: string
  readonly fields: YamlNode | undefined
  readonly comps: YamlNode | undefined
  readonly values: readonly YamlNode[]
  readonly at: FilePlace
}

/** The `exceptions` of a rule; undefined where there are none. `appending`: only their names and values are needed. */
export function readExceptions(rule: YamlMapping, report: Report, { appending }: { appending: boolean }): ExceptionItem[] | undefined {
  const exceptions = valueAt(rule, 'exceptions')
  if (exceptions === undefined || exceptions.kind === 'null') return undefined
  if (exceptions.kind !== 'sequence') throw invalid('Rule exceptions must be a sequence', exceptions)
  const names = new Set<string>()
  return exceptions.items.map((node) => {
    if (node.kind !== 'mapping') throw invalid('Rule exception must be a mapping', node)
    const name = requiredText(node, 'name')
    if (names.has(name.text)) {
      report.warning('LOAD_EXCEPTION_NAME_NOT_UNIQUE', `Multiple definitions of exception '${name.text}' in the same rule`, name.at)
    }
    names.add(name.text)
    const fields = readPart(node, 'fields')
    if (fields === undefined && !appending) throw invalid("Item has no mapping for key 'fields'", node)
    const comps = readPart(node, 'comps')
    return { name: name.text, fields, comps, values: readValues(node, report, { appending }), at: node.at }
  })
}

/** Whether there is a text or a list, with something in it. */
export function isGiven(node: YamlNode | undefined): node is YamlScalar | YamlSequence {
  return node !== undefined && ((node.kind === 'scalar' && node.text !== '') || (node.kind === 'sequence' && node.items.length > 0))
}

/** The text of a scalar; of anything else there is none. */
export function textOfNode(node: YamlNode | undefined): string {
  return node?.kind === 'scalar' ? node.text : ''
}

function readValues(exception: YamlMapping, report: Report, { appending }: { appending: boolean }): readonly YamlNode[] {
  const values = valueAt(exception, 'values')
  if (values === undefined) {
    if (appending) report.warning('LOAD_APPEND_NO_VALUES', 'Overriding/appending exception with no values', exception.at)
    return []
  }
  if (values.kind !== 'sequence') throw invalid('Rule exception values must be a sequence', values)
  refuseEmptyText(values, new Set())
  return values.items
}

function readPart(exception: YamlMapping, key: string): YamlNode | undefined {
  const value = valueAt(exception, key)
  if (value !== undefined) refuseEmptyText(value, new Set())
  return value
}

/** `seen`: a node that aliases repeat is looked at once. */
function refuseEmptyText(node: YamlNode, seen: Set<YamlNode>): void {
  if (seen.has(node)) return
  seen.add(node)
  if (node.kind === 'scalar' && node.text === '') throw invalid('Value must be non-empty', node)
  if (node.kind === 'sequence') for (const item of node.items) refuseEmptyText(item, seen)
}

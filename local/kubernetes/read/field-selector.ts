import { own, textAt } from '../json.ts'
import { groupOf, type Kind } from '../kind/kind.ts'
import type { ApiObject } from '../object.ts'

/** The `fieldSelector` of a query as a predicate, or what is wrong with it, in the API server's words: comma-joined `path=value`, `==`,
 *  `!=`, where `\` escapes a comma, an equals sign or itself. Every kind has metadata.name and .namespace, the others are in its row. */
export function parseFieldSelector(
  text: string,
  kind: Kind,
): { readonly matches: (object: ApiObject) => boolean } | { readonly problem: string } {
  const fields: Readonly<Record<string, string>> = { 'metadata.name': '', 'metadata.namespace': '', ...kind.fields }
  const terms: ((object: ApiObject) => boolean)[] = []
  for (const term of text.match(/(?:\\.|[^,\\])+/g) ?? []) {
    const { path, operator, value } = /^(?<path>[^=!]*)(?<operator>!=|==?)(?<value>.*)$/s.exec(term)?.groups ?? {}
    if (path === undefined || value === undefined) return { problem: `invalid selector: '${text}'; can't understand '${term}'` }
    if (/^(?:\\.|[^\\=])*=/s.test(value)) return { problem: 'invalid field selector: unescaped character in value: 61' }
    const absent = own(fields, path)
    if (absent === undefined) return { problem: unknownField(path, kind) }
    const wanted = value.replace(/\\(.)/gs, '$1')
    terms.push((object) => ((textAt(object, path) ?? absent) === wanted) === (operator !== '!='))
  }
  return { matches: (object) => terms.every((holds) => holds(object)) }
}

/** In the words of the core kinds with fields of their own, and of the others. */
function unknownField(path: string, kind: Kind): string {
  if (groupOf(kind) === '' && kind.fields) return `field label not supported: ${path}`
  return `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`
}

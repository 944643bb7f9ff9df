import type { Detection, FieldValue } from './detection.ts'

const FIELDS_MAX = 200
const NAME_MAX = 256
const TEXT_MAX = 4096

type Scalar = string | number | boolean | null
type Node = { readonly name: string; readonly index: string; readonly value: unknown }

/** An agent's JSON as flat fields: `{process: {pid: 1}}` → `process.pid`. A list of scalars is a list; of a list of objects each has its
 *  index at the end of the name, as Falco's arguments stand, so that conditions can say `args.file_arg.path[0]`. At most 200 fields, the
 *  shallowest first, each of at most 4096 characters. */
export function flatten(event: object): Detection['fields'] {
  const fields = new Map<string, FieldValue>()
  const nodes: Node[] = [{ name: '', index: '', value: event }]
  for (const node of nodes) {
    if (fields.size >= FIELDS_MAX) break
    const value = asField(node)
    const name = `${node.name}${node.index}`
    if (value === undefined) nodes.push(...inside(node))
    else if (name.length <= NAME_MAX) fields.set(name, value)
  }
  return Object.fromEntries(fields)
}

/** A text cut to what a field may hold; undefined for none. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, TEXT_MAX) : undefined
}

function asField({ index, value }: Node): FieldValue | undefined {
  if (isScalar(value)) return typeof value === 'string' ? value.slice(0, TEXT_MAX) : value
  if (!Array.isArray(value)) return typeof value === 'object' ? undefined : String(value)
  if (value.every(isScalar)) return cutList(value)
  return index === '' ? undefined : JSON.stringify(value).slice(0, TEXT_MAX)
}

/** What an object or a list holds. No more is taken than can become fields. */
function inside({ name, index, value }: Node): readonly Node[] {
  if (Array.isArray(value)) return value.slice(0, FIELDS_MAX).map((item, at) => ({ name, index: `[${at}]`, value: item }))
  const entries = typeof value === 'object' && value !== null ? Object.entries(value).slice(0, FIELDS_MAX) : []
  return entries.map(([key, inner]) => ({ name: name === '' ? key : `${name}.${key}`, index, value: inner }))
}

/** The head of a list whose texts, together, are as long as a field may be. */
function cutList(items: readonly Scalar[]): Scalar[] {
  const kept: Scalar[] = []
  let left = TEXT_MAX
  for (const item of items) {
    if (left <= 0) break
    const part = typeof item === 'string' ? item.slice(0, left) : item
    kept.push(part)
    left -= String(part).length + 1
  }
  return kept
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}

import { isDeepStrictEqual } from 'node:util'
import { isJsonObject } from '../json.ts'

const MOST_OPERATIONS = 10_000
const MOST_COPIED_CHARACTERS = 3 * 1024 * 1024

/** JSON Patch (RFC 6902); `operations` is an array of anything. Undefined when one operation does not apply: nothing has changed then.
 *  As the API server: `replace` of an absent key adds it, and `test` holds an absent key for null. */
export function jsonPatch(document: unknown, operations: readonly unknown[]): { readonly patched: unknown } | undefined {
  if (operations.length > MOST_OPERATIONS) return undefined
  let patched = document
  let copied = 0
  for (const operation of operations) {
    if (!isJsonObject(operation)) return undefined
    const { op, value } = operation
    const path = pointer(operation.path)
    if (!path) return undefined
    const from = op === 'move' || op === 'copy' ? pointer(operation.from) : path
    const found = from && valueAt(patched, from)
    if (op === 'test') {
      const holds = found ? isDeepStrictEqual(found.value, value ?? null) : (value ?? null) === null && valueAt(patched, path.slice(0, -1))
      if (!holds) return undefined
      continue
    }
    if (op === 'copy') copied += JSON.stringify(found?.value ?? null).length
    if (copied > MOST_COPIED_CHARACTERS) return undefined
    const next = apply(patched, { op, path, from, found, value })
    if (!next) return undefined
    patched = next.value
  }
  return { patched }
}

type Found = { readonly value: unknown }
type Operation = {
  readonly op: unknown
  readonly path: readonly string[]
  readonly from: readonly string[] | undefined
  readonly found: Found | undefined
  readonly value: unknown
}

function apply(document: unknown, { op, path, from, found, value }: Operation): Found | undefined {
  if (op === 'add') return changed(document, path, 'add', value)
  if (op === 'replace') return changed(document, path, 'replace', value)
  if (op === 'remove') return found && changed(document, path, 'remove')
  if (op === 'copy') return found && changed(document, path, 'add', found.value)
  if (op !== 'move' || !from || !found || isInside(path, from)) return undefined
  const taken = changed(document, from, 'remove')
  return taken && changed(taken.value, path, 'add', found.value)
}

/** The document with one place changed; what is not on the way to it is shared. */
function changed(
  document: unknown,
  [key, ...rest]: readonly string[],
  how: 'add' | 'replace' | 'remove',
  value?: unknown,
): Found | undefined {
  if (key === undefined) return how === 'remove' ? undefined : { value }
  if (Array.isArray(document)) {
    const index = key === '-' && how === 'add' ? document.length : indexOf(key)
    if (index === undefined || index > document.length - (how === 'add' && rest.length === 0 ? 0 : 1)) return undefined
    const inner = rest.length > 0 ? changed(document[index], rest, how, value) : { value }
    if (!inner) return undefined
    if (rest.length > 0) return { value: document.with(index, inner.value) }
    return { value: document.toSpliced(index, how === 'add' ? 0 : 1, ...(how === 'remove' ? [] : [value])) }
  }
  if (!isJsonObject(document)) return undefined
  const entries = new Map(Object.entries(document))
  if (rest.length === 0 && how === 'remove') entries.delete(key)
  else if (rest.length === 0) entries.set(key, value)
  else {
    const inner = entries.has(key) ? changed(entries.get(key), rest, how, value) : undefined
    if (!inner) return undefined
    entries.set(key, inner.value)
  }
  return { value: Object.fromEntries(entries) }
}

function valueAt(document: unknown, path: readonly string[]): Found | undefined {
  let value = document
  for (const key of path) {
    const index = Array.isArray(value) ? indexOf(key) : undefined
    if (Array.isArray(value) && index !== undefined && index < value.length) value = value[index]
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key]
    else return undefined
  }
  return { value }
}

/** A JSON pointer's keys (RFC 6901); undefined for what is none, and for `__proto__`, which no object has. */
function pointer(text: unknown): readonly string[] | undefined {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) return undefined
  const keys = text.split('/').slice(1)
  return keys.includes('__proto__') ? undefined : keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const indexOf = (key: string) => (/^(0|[1-9]\d{0,8})$/.test(key) ? Number(key) : undefined)
const isInside = (path: readonly string[], from: readonly string[]) =>
  path.length > from.length && from.every((key, at) => path[at] === key)

import { SigmaError } from './error.ts'
import { compileItem, type Predicate } from './item.ts'

const MAX_DEPTH = 20

/** What a search identifier stands for: a map (all of its items), a list of maps (any of them), or keywords (any of them).
 *  Source: Sigma rules specification, "Search-Identifier". */
export function compileSearchIdentifier(definition: unknown, path: readonly PropertyKey[], depth = 0): Predicate {
  if (depth > MAX_DEPTH) throw new SigmaError(`expected at most ${MAX_DEPTH} lists within each other`, path)
  if (Array.isArray(definition)) return compileList(definition, path, depth)
  if (isMap(definition)) return compileMap(definition, path)
  return compileItem('', definition, path)
}

function compileList(elements: readonly unknown[], path: readonly PropertyKey[], depth: number): Predicate {
  if (elements.length === 0) throw new SigmaError('expected a map or a keyword in the list', path)
  if (!elements.some((element) => Array.isArray(element) || isMap(element))) return compileItem('', elements, path)
  const any = elements.map((element, index) => compileSearchIdentifier(element, [...path, index], depth + 1))
  return (detection) => any.some((holds) => holds(detection))
}

function compileMap(map: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): Predicate {
  const all = Object.entries(map).map(([key, value]) => compileItem(key, value, [...path, key]))
  if (all.length === 0) throw new SigmaError('expected a field in the map', path)
  return (detection) => all.every((holds) => holds(detection))
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Map)
}

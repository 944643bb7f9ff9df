const DEEPEST = 100

export type JsonObject = { readonly [key: string]: unknown }

/** True for an object of keys; false for null, arrays and everything else. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of an own key; never what an object inherits (`constructor`, `__proto__`). */
export function own<T>(object: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined
}

/** What stands at a path such as `status.phase`, as text; undefined for nothing, objects and arrays. */
export function textAt(object: JsonObject, path: string): string | undefined {
  let value: unknown = object
  for (const key of path.split('.')) value = isJsonObject(value) ? own(value, key) : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** True when arrays and objects are nested more than 100 deep, which no Kubernetes object is. Its own recursion stops there. */
export function isTooDeep(value: unknown, deepest = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  return deepest === 0 || Object.values(value).some((child) => isTooDeep(child, deepest - 1))
}

/** Without the keys whose value is null, which Kubernetes reads as absent, and without `__proto__`, which it does not know. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([key, child]) => child !== null && key !== '__proto__')
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)]))
}

/** The same JSON with the keys of every object in order. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isJsonObject(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]))
}

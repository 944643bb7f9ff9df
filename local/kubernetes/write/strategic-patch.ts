import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject, own } from '../json.ts'

/** The lists that are merged item by item, and the key that tells the items apart. Source: the `patchMergeKey` tags of k8s.io/api. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  hostAliases: 'ip',
  conditions: 'type',
  addresses: 'type',
  taints: 'key',
  ownerReferences: 'uid',
}

/** Kubernetes' strategic merge patch, as far as kubectl uses it: a merge patch whose lists above are merged by key, with `$patch: delete`
 *  and `replace` and `$deleteFromPrimitiveList/…`; `$setElementOrder/…` and `$retainKeys` are left out of account. */
export function strategicPatch(target: unknown, patch: unknown, field = ''): unknown {
  if (Array.isArray(patch)) return mergedList(target, patch, own(MERGE_KEYS, field))
  if (!isJsonObject(patch)) return patch
  if (patch.$patch === 'replace') return withoutDirectives(patch)
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    const removed = /^\$deleteFromPrimitiveList\/(?<list>.+)$/.exec(key)?.groups?.list
    if (removed !== undefined) merged.set(removed, without(merged.get(removed), value))
    else if (key.startsWith('$')) continue
    else if (value === null || (isJsonObject(value) && value.$patch === 'delete')) merged.delete(key)
    else merged.set(key, strategicPatch(merged.get(key), value, key))
  }
  return Object.fromEntries(merged)
}

function mergedList(target: unknown, patch: readonly unknown[], mergeKey: string | undefined): unknown {
  if (mergeKey === undefined || patch.some((item) => isJsonObject(item) && item.$patch === 'replace' && !Object.hasOwn(item, mergeKey))) {
    return patch.filter((item) => !(isJsonObject(item) && '$patch' in item))
  }
  const merged: unknown[] = Array.isArray(target) ? [...target] : []
  for (const item of patch) {
    if (!isJsonObject(item)) continue
    const at = merged.findIndex((other) => isJsonObject(other) && isDeepStrictEqual(own(other, mergeKey), own(item, mergeKey)))
    if (item.$patch === 'delete') merged.splice(at, at < 0 ? 0 : 1)
    else if (at < 0) merged.push(strategicPatch({}, item))
    else merged[at] = strategicPatch(merged[at], item)
  }
  return merged
}

function without(list: unknown, removed: unknown): unknown {
  return Array.isArray(list) && Array.isArray(removed) ? list.filter((item) => !removed.includes(item)) : list
}

function withoutDirectives(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !key.startsWith('$')))
}

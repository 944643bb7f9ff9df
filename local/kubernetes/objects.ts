import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Kind } from './kind/kind.ts'
import { KINDS } from './kind/kinds.ts'
import { type ApiObject, timestamp } from './object.ts'

const HISTORY = 10_000

/** A change of one object. Added: no `before`; removed: no `after`. `version` is the resourceVersion that the change made. */
export type Change = { readonly kind: Kind; readonly version: number; readonly before?: ApiObject; readonly after?: ApiObject }

/** A place for an object; `namespace` is empty for kinds that have none. */
export type Place = { readonly kind: Kind; readonly namespace: string; readonly name: string }

/** All objects of the cluster, with one counter for their versions. Nothing is checked here; objects are never changed in place. */
export type Objects = {
  readonly kinds: readonly Kind[]
  readonly get: (place: Place) => ApiObject | undefined
  /** In order of namespace and name; all namespaces without one. */
  readonly list: (kind: Kind, namespace?: string) => readonly ApiObject[]
  readonly withOwner: (uid: string) => readonly { readonly kind: Kind; readonly object: ApiObject }[]
  /** Sets the uid, the time of creation and the version. */
  readonly add: (kind: Kind, object: ApiObject) => ApiObject
  /** Sets the version. An object that is the same as before is left alone. */
  readonly replace: (kind: Kind, object: ApiObject) => ApiObject
  readonly remove: (kind: Kind, object: ApiObject) => void
  /** The version of the latest change. */
  readonly version: () => number
  /** The changes after this version; undefined when they are no longer, or not yet, known. */
  readonly since: (version: number) => readonly Change[] | undefined
  /** Calls back at each change, until the answer is called. */
  readonly watch: (listener: (change: Change) => void) => () => void
}

/** An empty cluster that has these kinds. `clock` gives Unix milliseconds. Remembers its latest 10,000 changes. */
export function createObjects(clock: () => number, kinds: readonly Kind[] = KINDS): Objects {
  const byKind = new Map<Kind, Map<string, ApiObject>>(kinds.map((kind) => [kind, new Map()]))
  const listeners = new Set<(change: Change) => void>()
  let history: Change[] = []
  let latest = 0

  const tableOf = (kind: Kind) => byKind.get(kind) ?? new Map<string, ApiObject>()
  const next = (object: ApiObject, metadata: object = {}): ApiObject => {
    latest++
    return { ...object, metadata: { ...object.metadata, ...metadata, resourceVersion: String(latest) } }
  }
  const tell = (change: Change) => {
    if (history.length >= 2 * HISTORY) history = history.slice(HISTORY)
    history.push(change)
    for (const listener of listeners) listener(change)
  }

  return {
    kinds,
    get: ({ kind, namespace, name }) => tableOf(kind).get(keyOf(namespace, name)),
    list(kind, namespace) {
      const found = [...tableOf(kind)].filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
    },
    withOwner: (uid) =>
      [...byKind].flatMap(([kind, table]) =>
        [...table.values()]
          .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid))
          .map((object) => ({ kind, object })),
      ),
    add(kind, object) {
      const after = next(object, { uid: randomUUID(), creationTimestamp: timestamp(clock()) })
      tableOf(kind).set(keyOfObject(after), after)
      tell({ kind, version: latest, after })
      return after
    },
    replace(kind, object) {
      const before = tableOf(kind).get(keyOfObject(object))
      if (!before || isDeepStrictEqual(withoutVersion(before), withoutVersion(object))) return before ?? object
      const after = next(object)
      tableOf(kind).set(keyOfObject(after), after)
      tell({ kind, version: latest, before, after })
      return after
    },
    remove(kind, object) {
      const before = tableOf(kind).get(keyOfObject(object))
      if (!before || !tableOf(kind).delete(keyOfObject(object))) return
      latest++
      tell({ kind, version: latest, before })
    },
    version: () => latest,
    since: (version) => {
      const oldest = (history[0]?.version ?? 1) - 1
      return version < oldest || version > latest ? undefined : history.filter((change) => change.version > version)
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const keyOf = (namespace: string, name: string) => `${namespace}/${name}`
const keyOfObject = ({ metadata }: ApiObject) => keyOf(metadata.namespace ?? '', metadata.name)

/** What counts as a change: nulls and undefined keys do not. */
function withoutVersion(object: ApiObject): unknown {
  return JSON.parse(JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }))
}

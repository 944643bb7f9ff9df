import type { Kind } from '../kind/kind.ts'
import { NAMESPACE, POD } from '../kind/kinds.ts'
import { type ApiObject, timestamp } from '../object.ts'
import type { Objects } from '../objects.ts'

const LONGEST_GRACE_SECONDS = 1e9

/** The object with its time of deletion: for a pod after its grace period (`graceSeconds`, or else its own), for the others
 *  `now`, which is in Unix milliseconds. */
export function marked(
  kind: Kind,
  object: ApiObject,
  { now, graceSeconds }: { readonly now: number; readonly graceSeconds?: number | undefined },
): ApiObject {
  if (object.metadata.deletionTimestamp !== undefined) return object
  if (kind === NAMESPACE) {
    return {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: timestamp(now) },
      status: { ...object.status, phase: 'Terminating' },
    }
  }
  const own = object.spec?.terminationGracePeriodSeconds
  const wanted = kind === POD ? (graceSeconds ?? (typeof own === 'number' ? own : 30)) : 0
  const seconds = Math.min(Math.max(0, wanted), LONGEST_GRACE_SECONDS)
  const ending = { deletionTimestamp: timestamp(now + seconds * 1000), deletionGracePeriodSeconds: seconds }
  return { ...object, metadata: { ...object.metadata, ...ending } }
}

/** Removes a marked object, at once: nothing here takes its grace period to end. What has finalizers stays, marked, and so does a namespace
 *  with such in it. A namespace, and a pod that was given time, are seen ending before they are gone. Answers the object as last seen. */
export function end(objects: Objects, kind: Kind, object: ApiObject): ApiObject {
  const isHeld = Boolean(object.metadata.finalizers?.length) || (kind === NAMESPACE && !isEmptyNamespace(objects, object.metadata.name))
  const isSeenEnding = kind === NAMESPACE || (kind === POD && object.metadata.deletionGracePeriodSeconds !== 0)
  const ending = isHeld || isSeenEnding ? objects.replace(kind, object) : object
  if (!isHeld) objects.remove(kind, ending)
  return ending
}

/** Ends everything in a namespace, whatever its owners. */
export function emptyNamespace(objects: Objects, namespace: string, now: number): void {
  for (const kind of objects.kinds.filter(({ namespaced }) => namespaced)) {
    for (const object of objects.list(kind, namespace)) end(objects, kind, marked(kind, object, { now }))
  }
}

function isEmptyNamespace(objects: Objects, namespace: string): boolean {
  return objects.kinds.every((kind) => !kind.namespaced || objects.list(kind, namespace).length === 0)
}

import { NAMESPACE } from '../kind/kinds.ts'
import { withoutOwner } from '../object.ts'
import type { Change, Objects } from '../objects.ts'
import { end, marked } from '../write/ending.ts'

/** After an object is gone: what it owned goes too, unless it has another owner that lives; and so does its namespace, if that was
 *  waiting for it. `now`: Unix milliseconds. */
export function collect(objects: Objects, { before, after }: Change, now: number): void {
  if (!before || after) return
  const { uid, namespace } = before.metadata
  for (const { kind, object } of objects.withOwner(uid)) {
    const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid && lives(objects, owner.uid))
    if (others.length > 0) objects.replace(kind, withoutOwner(object, uid))
    else end(objects, kind, marked(kind, object, { now }))
  }
  const waiting = namespace === undefined ? undefined : objects.get({ kind: NAMESPACE, namespace: '', name: namespace })
  if (waiting?.metadata.deletionTimestamp !== undefined) end(objects, NAMESPACE, waiting)
}

function lives(objects: Objects, uid: string): boolean {
  return objects.kinds.some((kind) => objects.list(kind).some(({ metadata }) => metadata.uid === uid))
}

import { groupOf, type Kind } from '../kind/kind.ts'
import { NAMESPACE, POD } from '../kind/kinds.ts'
import { type ApiObject, withoutOwner } from '../object.ts'
import type { Objects, Place } from '../objects.ts'
import { type Answer, conflict, forbidden, notFound, preconditionFailed, refuse, type Status, success } from '../status.ts'
import type { DeleteOptions } from './delete-options.ts'
import { emptyNamespace, end, marked } from './ending.ts'

const PERMANENT = new Set(['default', 'kube-system', 'kube-public'])

/** `clock` gives Unix milliseconds; `dryRun` checks everything and changes nothing. */
export type DeleteFrom = { readonly objects: Objects; readonly clock: () => number; readonly dryRun: boolean }

/** Deletes an object, at once; one with finalizers goes with the last of them. Its dependents are the garbage collector's.
 *  Answers the object for the kinds that do so, a Status for the others. */
export function remove({ objects, clock, dryRun }: DeleteFrom, place: Place, options: DeleteOptions): Answer {
  const { kind, name } = place
  const current = objects.get(place)
  if (!current) return refuse(notFound(kind, name))
  const refused = failedPrecondition(kind, current, options.preconditions) ?? permanent(kind, name)
  if (refused) return refuse(refused)
  const ending = marked(kind, current, { now: clock(), graceSeconds: options.gracePeriodSeconds })
  if (dryRun) return answer(kind, current, ending)
  if (options.propagationPolicy === 'Orphan' || options.orphanDependents) orphan(objects, current.metadata.uid)
  if (kind === NAMESPACE) emptyNamespace(objects, name, clock())
  return answer(kind, current, end(objects, kind, ending))
}

function answer(kind: Kind, { metadata, ...rest }: ApiObject, ending: ApiObject): Answer {
  if (kind === NAMESPACE || kind === POD || metadata.finalizers?.length) return { code: 200, body: ending }
  if (kind.returnsDeleted) return { code: 200, body: { ...rest, metadata } }
  const group = groupOf(kind)
  return { code: 200, body: success({ name: metadata.name, ...(group ? { group } : {}), kind: kind.plural, uid: metadata.uid }) }
}

/** Takes the owner off its dependents, so that they outlive it. */
function orphan(objects: Objects, uid: string): void {
  for (const { kind, object } of objects.withOwner(uid)) {
    objects.replace(kind, withoutOwner(object, uid))
  }
}

function failedPrecondition(kind: Kind, { metadata }: ApiObject, wanted: DeleteOptions['preconditions']): Status | undefined {
  const { name, uid, resourceVersion } = metadata
  if (wanted?.uid !== undefined && wanted.uid !== uid) {
    if (kind === NAMESPACE)
      return conflict(kind, name, `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`)
    const why = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid})`
    return preconditionFailed(kind, name, `${why}. The object might have been deleted and then recreated`)
  }
  if (wanted?.resourceVersion === undefined || wanted.resourceVersion === resourceVersion) return undefined
  const said = `the ResourceVersion in the precondition (${wanted.resourceVersion})`
  const why = `${said} does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`
  return preconditionFailed(kind, name, why)
}

function permanent(kind: Kind, name: string): Status | undefined {
  return kind === NAMESPACE && PERMANENT.has(name) ? forbidden(kind, name, 'this namespace may not be deleted') : undefined
}

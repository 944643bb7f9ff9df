import { isDeepStrictEqual } from 'node:util'
import type { Cause } from '../cause.ts'
import { decode, problemsOf } from '../kind/decode.ts'
import type { Kind, Subresource } from '../kind/kind.ts'
import type { ApiObject } from '../object.ts'
import type { Place } from '../objects.ts'
import {
  type Checked,
  conflict,
  internalError,
  invalid,
  misnamed,
  notFound,
  otherNamespace,
  type Status,
  undecodable,
  unpatchable,
} from '../status.ts'
import type { WriteTo } from './create.ts'

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

/** Puts the object that a client sent in the place of the one there is, whose uid and resourceVersion it must have, where it says any. */
export function update(to: WriteTo, place: Place, raw: unknown, subresource?: Subresource): Checked<ApiObject> {
  const { kind, namespace, name } = place
  const decoded = decode(raw, kind)
  if (decoded.problem !== undefined) return { refused: undecodable(kind, decoded.problem) }
  const { metadata } = decoded.object
  const misplaced = misplacedIn(place, metadata)
  if (misplaced) return { refused: misplaced }
  const current = to.objects.get(place)
  if (!current) return { refused: notFound(kind, name) }
  if (metadata.uid && metadata.uid !== current.metadata.uid) {
    const key = `/registry/${[kind.plural, namespace, name].filter(Boolean).join('/')}`
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${current.metadata.uid}`
    return {
      refused: conflict(kind, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`),
    }
  }
  const stale = staleVersion(kind, current, metadata.resourceVersion)
  return stale ? { refused: stale } : commit(to, kind, { current, next: decoded.object, subresource })
}

/** Puts what a patch has made of the object in its place. As `update`, but another uid is invalid rather than a conflict. */
export function updatePatched(to: WriteTo, place: Place, patched: unknown, subresource?: Subresource): Checked<ApiObject> {
  const { kind, name } = place
  const current = to.objects.get(place)
  if (!current) return { refused: notFound(kind, name) }
  const decoded = decode(patched, kind)
  if (decoded.problem !== undefined) {
    return { refused: unpatchable(patched, decoded.problem) }
  }
  const { metadata } = decoded.object
  const refused = staleVersion(kind, current, metadata.resourceVersion) ?? misplacedIn(place, metadata)
  if (refused) return { refused }
  if (metadata.uid && metadata.uid !== current.metadata.uid) {
    const message = `Invalid value: ${JSON.stringify(metadata.uid)}: field is immutable`
    return { refused: invalid(kind, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]) }
  }
  return commit(to, kind, { current, next: decoded.object, subresource })
}

type Replacement = { readonly current: ApiObject; readonly next: ApiObject; readonly subresource: Subresource | undefined }

function commit({ objects, dryRun }: WriteTo, kind: Kind, { current, next, subresource }: Replacement): Checked<ApiObject> {
  const object = withServerFields(kind, { current, next, subresource })
  const fixed = kind.immutable?.of(object.spec)
  const isFixed = isDeepStrictEqual(fixed, kind.immutable?.of(current.spec))
  const problems = [
    ...problemsOf(object, kind),
    ...(kind.immutable && !isFixed ? [kind.immutable.say(fixed)] : []),
    ...lateFinalizers(current, object),
  ]
  if (problems.length > 0) return { refused: invalid(kind, current.metadata.name, problems) }
  if (dryRun) return { value: object }
  if (object.metadata.deletionTimestamp === undefined || object.metadata.finalizers?.length) return { value: objects.replace(kind, object) }
  objects.remove(kind, object)
  return { value: object }
}

function lateFinalizers({ metadata: before }: ApiObject, { metadata: after }: ApiObject): readonly Cause[] {
  const added = before.deletionTimestamp === undefined ? [] : (after.finalizers ?? []).filter((one) => !before.finalizers?.includes(one))
  if (added.length === 0) return []
  const found = added.map((one) => JSON.stringify(one)).join(', ')
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`
  return [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }]
}

/** A write changes the status where it goes to the status, and leaves it alone where it does not. */
function withServerFields(kind: Kind, { current, next, subresource }: Replacement): ApiObject {
  const { namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = current.metadata
  const { managedFields: _m, deletionTimestamp: _t, deletionGracePeriodSeconds: _g, ...said } = next.metadata
  const ending = deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds }
  const metadata = { ...said, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp, ...ending }
  if (subresource === 'status') return { ...current, metadata, status: next.status ?? {} }
  const filled = kind.defaults?.({ ...next, metadata }) ?? { ...next, metadata }
  if (!kind.subresources?.includes('status')) return filled
  const { status: _, ...rest } = filled
  return { ...rest, ...(current.status ? { status: current.status } : {}) }
}

function misplacedIn({ namespace, name }: Place, metadata: ApiObject['metadata']): Status | undefined {
  if (metadata.name !== name) return misnamed(metadata.name, name)
  return (metadata.namespace ?? namespace) === namespace ? undefined : otherNamespace()
}

/** Empty and 0 go with every version. */
function staleVersion(kind: Kind, current: ApiObject, said: string): Status | undefined {
  if (said === '' || said === '0' || said === current.metadata.resourceVersion) return undefined
  if (!/^\d+$/.test(said)) return internalError(`strconv.ParseUint: parsing ${JSON.stringify(said)}: invalid syntax`)
  return conflict(kind, current.metadata.name, MODIFIED)
}

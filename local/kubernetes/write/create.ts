import { decode, problemsOf } from '../kind/decode.ts'
import type { Kind } from '../kind/kind.ts'
import { NAMESPACE } from '../kind/kinds.ts'
import { generateName, newObject } from '../new-object.ts'
import type { ApiObject } from '../object.ts'
import type { Objects, Place } from '../objects.ts'
import {
  alreadyExists,
  type Checked,
  forbidden,
  internalError,
  invalid,
  notFound,
  otherNamespace,
  type Status,
  undecodable,
} from '../status.ts'

/** Where a write goes: `dryRun` checks everything and changes nothing. */
export type WriteTo = { readonly objects: Objects; readonly dryRun: boolean }

/** Adds the object that a client sent to this namespace (empty for a kind without), under its own name or a generated one. */
export function create({ objects, dryRun }: WriteTo, kind: Kind, namespace: string, raw: unknown): Checked<ApiObject> {
  const decoded = decode(raw, kind)
  if (decoded.problem !== undefined) return { refused: undecodable(kind, decoded.problem) }
  const { metadata } = decoded.object
  if ((metadata.namespace ?? namespace) !== namespace) return { refused: otherNamespace() }
  if (metadata.resourceVersion) return { refused: internalError('resourceVersion should not be set on objects to be created') }
  const name = metadata.name || (metadata.generateName ? generateName(metadata.generateName) : '')
  const closed = kind.namespaced ? closedNamespace(objects, { kind, namespace, name }) : undefined
  if (closed) return { refused: closed }
  const object = newObject(decoded.object, { kind, namespace, name })
  const problems = problemsOf(object, kind)
  if (problems.length > 0) return { refused: invalid(kind, name, problems) }
  if (objects.get({ kind, namespace, name })) return { refused: alreadyExists(kind, name) }
  return { value: dryRun ? object : objects.add(kind, object) }
}

function closedNamespace(objects: Objects, { kind, namespace, name }: Place): Status | undefined {
  const found = objects.get({ kind: NAMESPACE, namespace: '', name: namespace })
  if (!found) return notFound(NAMESPACE, namespace)
  if (found.metadata.deletionTimestamp === undefined) return undefined
  return forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}

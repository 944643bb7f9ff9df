import { randomInt } from 'node:crypto'
import type { ApiObject } from './object.ts'
import type { Place } from './objects.ts'

/** Kubernetes' alphabet for generated names: no vowels, and nothing that looks like another letter. */
export const SAFE_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const LONGEST_BASE = 58

/** What a new object may say of itself. */
export type Draft = {
  readonly metadata?: Partial<ApiObject['metadata']>
  readonly spec?: ApiObject['spec']
  readonly status?: ApiObject['status']
  readonly [field: string]: unknown
}

/** A new object for its place: the server's own fields emptied, what was left out filled in. It is not checked. */
export function newObject({ metadata = {}, ...rest }: Draft, { kind, namespace, name }: Place): ApiObject {
  const { deletionTimestamp: _t, deletionGracePeriodSeconds: _g, managedFields: _m, selfLink: _s, generation: _n, ...kept } = metadata
  const place = namespace ? { name, namespace } : { name }
  const own = { ...place, uid: '', resourceVersion: '', creationTimestamp: '' }
  const object = { ...rest, apiVersion: kind.apiVersion, kind: kind.kind, metadata: { ...kept, ...own } }
  return kind.defaults?.(object) ?? object
}

/** The base, cut to fit, and five random letters. */
export function generateName(base: string): string {
  return base.slice(0, LONGEST_BASE) + Array.from({ length: 5 }, () => SAFE_LETTERS[randomInt(SAFE_LETTERS.length)]).join('')
}

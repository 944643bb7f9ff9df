import type { z } from 'zod'
import type { Cause } from '../cause.ts'
import type { ApiObject } from '../object.ts'

export type Subresource = 'status' | 'scale' | 'eviction' | 'log'

/** What this API knows of a kind. */
export type Kind = {
  /** `v1`, or group and version, `apps/v1`. */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  /** `status`: its status is written only there. */
  readonly subresources?: readonly Subresource[]
  /** Field selectors beside metadata.name and metadata.namespace, each with the value that an absent field has. */
  readonly fields?: Readonly<Record<string, string>>
  /** What must hold of `spec`. */
  readonly spec?: z.ZodType
  /** Instead of a DNS subdomain: a DNS label (63 characters, no dots), or anything that fits between two slashes of a path. */
  readonly nameIs?: 'label' | 'path segment'
  /** What must hold of the rest. */
  readonly problems?: (object: ApiObject) => readonly Cause[]
  /** A delete answers the object, not a Status. */
  readonly returnsDeleted?: boolean
  /** Fills in what a client may leave out, status included. */
  readonly defaults?: (object: ApiObject) => ApiObject
  /** The parts of `spec` that an update must leave as they are. */
  readonly immutable?: Immutable
}

/** `of` picks them; `say` makes the refusal of what they would have become. */
export type Immutable = { readonly of: (spec: unknown) => unknown; readonly say: (picked: unknown) => Cause }

/** `apps` of `apps/v1`, and the empty string of `v1`. */
export function groupOf({ apiVersion }: { readonly apiVersion: string }): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

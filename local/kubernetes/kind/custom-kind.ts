import type { Kind } from './kind.ts'

/** A kind as a CustomResourceDefinition adds one: `apiVersion` is group and version, `cilium.io/v2`; `plural` stands in paths. */
export type CustomKind = { readonly apiVersion: string; readonly kind: string; readonly plural: string }

/** A namespaced kind whose objects are kept as they come; only their metadata is checked. */
export function customKind({ apiVersion, kind, plural }: CustomKind): Kind {
  return { apiVersion, kind, plural, singular: kind.toLowerCase(), namespaced: true }
}

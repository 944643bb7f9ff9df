import type { Kind, Subresource } from './kind/kind.ts'

/** What a path under `/api` or `/apis` names. Without a name it is the whole collection; without a namespace, that of all namespaces. */
export type Target = {
  readonly kind: Kind
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: Subresource
}

/** Reads a URL's path, of a cluster that has these kinds. Undefined: no such resource; `malformed`: not a path at all. */
export function targetAt(path: string, kinds: readonly Kind[]): Target | 'malformed' | undefined {
  const [root, ...rest] = path.split('/').slice(1)
  if (root !== 'api' && root !== 'apis') return undefined
  const parts = decoded(rest)
  if (!parts) return 'malformed'
  const versionParts = root === 'api' ? 1 : 2
  const apiVersion = parts.slice(0, versionParts).join('/')
  return resourceAt(
    kinds.filter((kind) => kind.apiVersion === apiVersion),
    parts.slice(versionParts),
  )
}

function resourceAt(kinds: readonly Kind[], parts: readonly string[]): Target | undefined {
  const [first, namespace, plural, ...rest] = parts
  if (first === 'namespaces' && namespace && plural && plural !== 'status') {
    const kind = kinds.find((one) => one.plural === plural)
    return kind?.namespaced ? named({ kind, namespace }, rest) : undefined
  }
  const kind = kinds.find((one) => one.plural === first)
  if (!kind || (kind.namespaced && parts.length > 1)) return undefined
  return named({ kind }, parts.slice(1))
}

function named(target: Target, [name, subresource, ...more]: readonly string[]): Target | undefined {
  if (more.length > 0 || name === '') return undefined
  if (name === undefined) return target
  if (subresource === undefined) return { ...target, name }
  const known = target.kind.subresources?.find((one) => one === subresource)
  return known && { ...target, name, subresource: known }
}

function decoded(parts: readonly string[]): readonly string[] | undefined {
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}

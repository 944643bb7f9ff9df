import type { Detection } from './detection.ts'

/** Names as Kubernetes allows them (RFC 1123), and a container runtime's ids; an alert with others is about no pod that there can be. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const POD = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/
const ID = /^[A-Za-z0-9][\w.-]{0,127}$/

type Named<Key extends string> = { readonly [key in Key]?: string | null | undefined }

/** The pod of these names; undefined when one is missing or can be none. */
export function podAt({ namespace, name, uid }: Named<'namespace' | 'name' | 'uid'>): Detection['pod'] {
  if (!namespace || !name || !NAMESPACE.test(namespace) || !POD.test(name) || name.includes('..')) return undefined
  return { namespace, name, ...(uid && ID.test(uid) ? { uid } : {}) }
}

/** The container of this id, without its scheme (`containerd://…`); a shortened id stays as it is. */
export function containerAt({ id: given, name, image }: Named<'id' | 'name' | 'image'>): Detection['container'] {
  const id = given?.replace(/^[a-z][a-z0-9+.-]{0,30}:\/\//, '')
  if (!id || !ID.test(id)) return undefined
  return { id, ...(name ? { name: name.slice(0, 253) } : {}), ...(image ? { image: image.slice(0, 512) } : {}) }
}

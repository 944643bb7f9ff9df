import { CodedError } from '../../../lib/error.ts'
import type { ClusterReader, KubernetesObject, ListQuery } from '../../../lib/port/cluster.ts'

/** What stands in an object beside its kind, name and namespace. */
type Rest = Record<string, unknown> & { readonly metadata?: Record<string, unknown> }

/** An object of namespace `shop`, unless `metadata` says otherwise; its uid is `<kind>-<name>`. */
export function object(apiVersion: string, kind: string, name: string, { metadata, ...rest }: Rest = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop', uid: `${kind}-${name}`, ...metadata }, ...rest }
}

/** What an object says of its owner. */
export function owned({ apiVersion, kind, metadata: { name, uid = '' } }: KubernetesObject) {
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] }
}

/** A cluster of these objects. `denies`: verb and kind, as in `list Pod`; `hangs`: the same, for what never answers. `asked` is filled with them. */
export function plainCluster(
  objects: readonly KubernetesObject[],
  { denies = [], hangs = [], asked = [] }: { denies?: readonly string[]; hangs?: readonly string[]; asked?: string[] } = {},
): Pick<ClusterReader, 'get' | 'list'> {
  const answer = async <T>(what: string, result: () => T): Promise<T> => {
    asked.push(what)
    if (denies.includes(what)) throw new CodedError('not_permitted', `Kubernetes: ${what}: forbidden`)
    return hangs.includes(what) ? new Promise<T>(() => undefined) : result()
  }
  return {
    get: ({ kind, name, namespace }) =>
      answer(`get ${kind}`, () =>
        objects.find((one) => one.kind === kind && one.metadata.name === name && (!namespace || one.metadata.namespace === namespace)),
      ),
    list: (query) => answer(`list ${query.kind}`, () => objects.filter((one) => isListed(one, query)).slice(0, query.limit)),
  }
}

function isListed(one: KubernetesObject, { kind, namespace, labelSelector, fieldSelector }: ListQuery): boolean {
  const pairs = (text = '') =>
    text
      .split(',')
      .filter(Boolean)
      .map((term) => term.split('=') as [string, string])
  const fieldOf = (path: string) =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], one)
  return (
    one.kind === kind &&
    (namespace === undefined || one.metadata.namespace === namespace) &&
    pairs(labelSelector).every(([key, value]) => one.metadata.labels?.[key] === value) &&
    pairs(fieldSelector).every(([path, value]) => fieldOf(path) === value)
  )
}

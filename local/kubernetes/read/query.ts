import type { Kind } from '../kind/kind.ts'
import type { ApiObject } from '../object.ts'
import { badRequest, type Checked } from '../status.ts'
import { parseFieldSelector } from './field-selector.ts'
import { parseLabelSelector } from './selector.ts'

/** Which objects of a kind a list or watch is about. */
export type Filter = (object: ApiObject) => boolean

/** The filter of a query's `labelSelector` and `fieldSelector`, within a namespace if there is one. */
export function filterOf(kind: Kind, namespace: string | undefined, query: URLSearchParams): Checked<Filter> {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  if ('problem' in labels) return { refused: badRequest(labels.problem) }
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', kind)
  if ('problem' in fields) return { refused: badRequest(fields.problem) }
  return {
    value: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      labels.matches(object.metadata.labels) &&
      fields.matches(object),
  }
}

/** A list as Kubernetes gives it. As there, items say neither their kind nor their version. */
export function listOf({ apiVersion, kind }: Kind, objects: readonly ApiObject[], version: string) {
  const items = objects.map(({ apiVersion: _a, kind: _k, ...rest }) => rest)
  return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: version }, items }
}

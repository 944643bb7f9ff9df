import type { Detection } from '../detection/detection.ts'

const OWN_FIELDS: Readonly<Record<string, (detection: Detection) => unknown>> = {
  'cluster.name': ({ cluster }) => cluster,
  'node.name': ({ node }) => node,
  'pod.namespace': ({ pod }) => pod?.namespace,
  'pod.name': ({ pod }) => pod?.name,
  'pod.uid': ({ pod }) => pod?.uid,
  'container.id': ({ container }) => container?.id,
  'alert.rule': ({ rule }) => rule,
}

/** One of our own names, or an agent's dotted field name. */
export function isGroupField(name: string): boolean {
  if (Object.hasOwn(OWN_FIELDS, name)) return true
  return /^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+(\[[^\][]+\])?$/.test(name) && !/^(cluster|node|pod|alert|workload|incident)\./.test(name)
}

/** The values to group by, in order; undefined when any is missing: a detection without a key belongs to no group. */
export function groupOf(detection: Detection, fields: readonly string[]): readonly string[] | undefined {
  const values = fields.map((field) => (Object.hasOwn(OWN_FIELDS, field) ? OWN_FIELDS[field]?.(detection) : detection.fields[field]))
  if (values.some((value) => value === undefined || value === null || value === '')) return undefined
  return values.map(String)
}

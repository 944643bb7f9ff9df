import type { KubernetesObject } from '../../port/cluster.ts'
import type { Thing } from './document.ts'
import { redact } from './redact.ts'
import type { Counts } from './redact-text.ts'

type Fields = Readonly<Record<string, unknown>>

/** An object of Kubernetes as evidence: without secrets, and without the field lists of who changed what (who and when stays). */
export function objectPart({ apiVersion, kind, metadata, spec, status }: KubernetesObject, counts: Counts): Thing {
  const { managedFields, ...rest } = metadata as Fields
  const managers = Array.isArray(managedFields) ? { managedFields: managedFields.map((one) => without(one, 'fieldsV1')) } : {}
  return thing(redact({ apiVersion, kind, metadata: { ...rest, ...managers }, spec, status }, counts))
}

/** Of an owner or a policy: what it is and what it wants. An owner may be of any kind, so nothing else of it is kept. */
export function wantedPart({ apiVersion, kind, metadata, spec }: KubernetesObject, counts: Counts): Thing {
  return objectPart({ apiVersion, kind, metadata, spec }, counts)
}

const EVENT_FIELDS = ['type', 'reason', 'action', 'message', 'count', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'series', 'source']
const MORE_EVENT_FIELDS = ['reportingComponent', 'reportingInstance', 'involvedObject', 'related']

export function eventPart(event: KubernetesObject, counts: Counts): Thing {
  const { name, uid, creationTimestamp } = event.metadata
  const said = fields(event, [...EVENT_FIELDS, ...MORE_EVENT_FIELDS])
  return thing(redact({ metadata: { name, uid, creationTimestamp }, ...said }, counts))
}

/** The node's state, without the list of its images. */
export function nodePart({ metadata, spec, status }: KubernetesObject, counts: Counts): Thing {
  const { name, uid, creationTimestamp, labels } = metadata
  const wanted = fields(spec, ['taints', 'unschedulable', 'providerID', 'podCIDR'])
  const state = fields(status, ['conditions', 'nodeInfo', 'addresses'])
  return thing(redact({ metadata: { name, uid, creationTimestamp, labels }, spec: wanted, status: state }, counts))
}

/** A text of the object at this path, such as `spec.nodeName`; undefined where there is none. */
export function textAt(object: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>((at, key) => (isFields(at) ? at[key] : undefined), object)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function fields(from: unknown, keys: readonly string[]): Fields {
  return isFields(from) ? Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) : {}
}

function without(value: unknown, key: string): unknown {
  if (!isFields(value)) return value
  const { [key]: _, ...rest } = value
  return rest
}

function thing(value: unknown): Thing {
  return isFields(value) ? { ...value } : {}
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

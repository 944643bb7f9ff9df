import * as z from 'zod'
import { type Detection, FieldValue, type Reading, type Severity } from './detection.ts'
import { contentId } from './id.ts'

/** Falco's eight priorities and what they are worth on the OCSF scale. Source: falco/userspace/engine/falco_common (priorities). */
export const FALCO_PRIORITIES: ReadonlyMap<string, Severity> = new Map([
  ['Emergency', 5],
  ['Alert', 5],
  ['Critical', 5],
  ['Error', 4],
  ['Warning', 3],
  ['Notice', 2],
  ['Informational', 1],
  ['Debug', 1],
])

/** Falco's alert JSON, as http_output posts it. Source: falco/userspace/engine/formats.cpp. `tags`, `output` and `output_fields` can be
 *  switched off in falco.yaml, so they may be missing. What becomes part of ids and keys is bounded, far above what Falco and Kubernetes allow. */
export const FalcoAlert = z.looseObject({
  rule: z.string().min(1).max(256),
  priority: z.string(),
  time: z.string(),
  source: z.string().max(64).default('syscall'),
  hostname: z.string().max(253).optional(),
  output: z.string().default(''),
  output_fields: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.string().max(128)).max(100).default([]),
})
export type FalcoAlert = z.infer<typeof FalcoAlert>

const DAY_MS = 86_400_000n
/** Names as Kubernetes allows them (RFC 1123), and a container runtime's ids; an alert with others is about no pod that there can be. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const POD = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/
const ID = /^[A-Za-z0-9][\w.-]{0,127}$/

/** Where an alert came from, as the forwarder stamped it: the alert itself names no cluster. */
export type Origin = { readonly cluster: string; readonly node?: string | undefined; readonly receivedMs: number }

/** Whether a parsed JSON value has the shape of a Falco alert: `rule` and `priority`, which no other agent sends together. */
export function looksLikeFalco(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'rule' in value && 'priority' in value
}

/** Reads one Falco alert, already parsed by parseJson. Never throws: what is not an alert is refused, with the field and what was expected. */
export function readFalco(alert: unknown, origin: Origin): Reading {
  const parsed = FalcoAlert.safeParse(alert)
  if (!parsed.success) return { kind: 'refused', reason: `Falco alert: ${explain(parsed.error)}` }
  const { rule, priority, time, source, output, tags } = parsed.data
  if (source === 'internal' || rule.startsWith('Falco internal:')) return { kind: 'internal', rule, priority }
  const severity = FALCO_PRIORITIES.get(properPriority(priority))
  if (severity === undefined) {
    return {
      kind: 'refused',
      reason: `Falco alert: priority: expected one of ${[...FALCO_PRIORITIES.keys()].join(', ')}, got "${clip(priority)}"`,
    }
  }
  const timeNs = nanoseconds(time)
  if (timeNs === undefined) return { kind: 'refused', reason: `Falco alert: time: expected RFC 3339, got "${clip(time)}"` }
  const fields = readFields(parsed.data.output_fields ?? {})
  const node = parsed.data.hostname || origin.node
  const container = containerOf(fields)
  const pod = podOf(fields)
  const detection: Detection = {
    id: contentId('falco', origin.cluster, node ?? '', rule, source, timeNs, output, fields, [...tags].sort()),
    agent: 'falco',
    rule,
    severity,
    priority: properPriority(priority),
    source,
    timeNs: bounded(timeNs, origin.receivedMs),
    receivedMs: origin.receivedMs,
    cluster: origin.cluster,
    ...(node ? { node } : {}),
    ...(pod ? { pod } : {}),
    ...(container ? { container } : {}),
    message: messageOf(output).slice(0, 4096),
    tags,
    mitre: tags.filter((tag) => /^(T\d{4}(\.\d{3})?|TA\d{4})$/.test(tag)),
    fields,
  }
  return { kind: 'detection', detection }
}

/** RFC 3339 with up to nine fractional digits → nanoseconds as decimal text; undefined where it is no such time, or before 1970. */
export function nanoseconds(time: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:\d{2})$/.exec(time)
  if (!match) return undefined
  const seconds = Date.parse(`${match[1]}${match[3]}`) / 1000
  if (!Number.isFinite(seconds) || seconds < 0) return undefined
  return (BigInt(seconds) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))).toString()
}

/** A clock that is more than a day ahead says nothing of when it was: then the time of arrival stands (the agent's own stays in the fields). */
function bounded(timeNs: string, receivedMs: number): string {
  return BigInt(timeNs) / 1_000_000n > BigInt(receivedMs) + DAY_MS ? String(BigInt(receivedMs) * 1_000_000n) : timeNs
}

/** `container.id` is `host` for a process of the node itself: then there is no container, and never a pod. */
function containerOf(fields: Detection['fields']): Detection['container'] {
  const id = text(fields['container.id'])
  if (!id || id === 'host' || !ID.test(id)) return undefined
  const name = text(fields['container.name'])
  const repository = text(fields['container.image.repository'])
  const tag = text(fields['container.image.tag'])
  const image = repository && (tag ? `${repository}:${tag}` : repository)
  return { id, ...(name ? { name: name.slice(0, 253) } : {}), ...(image ? { image: image.slice(0, 512) } : {}) }
}

function podOf(fields: Detection['fields']): Detection['pod'] {
  const namespace = text(fields['k8s.ns.name'])
  const name = text(fields['k8s.pod.name'])
  if (!namespace || !name || fields['container.id'] === 'host') return undefined
  if (!NAMESPACE.test(namespace) || !POD.test(name) || name.includes('..')) return undefined
  const uid = text(fields['k8s.pod.uid'])
  return { namespace, name, ...(uid && ID.test(uid) ? { uid } : {}) }
}

/** Null, numbers, booleans and arrays as Falco has them; an object (no Falco field is one) is kept as its JSON text. */
function readFields(fields: Readonly<Record<string, unknown>>): Detection['fields'] {
  const read = Object.entries(fields).map(([name, value]) => {
    const parsed = FieldValue.safeParse(value)
    return [name, parsed.success ? parsed.data : JSON.stringify(value)] as const
  })
  return Object.fromEntries(read)
}

/** A present, non-empty string; `<NA>` is what Falco prints for "not available". */
function text(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value : undefined
}

/** Falco's output line without its leading `HH:MM:SS.nnnnnnnnn: Priority `. */
function messageOf(output: string): string {
  return output.replace(/^[\dT:.+-]+Z?: (?:Emergency|Alert|Critical|Error|Warning|Notice|Informational|Debug) /, '')
}

function properPriority(priority: string): string {
  const lower = priority.toLowerCase()
  return lower === 'info' ? 'Informational' : lower.charAt(0).toUpperCase() + lower.slice(1)
}

function explain(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}` : 'not readable'
}

function clip(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value
}

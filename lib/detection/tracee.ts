import * as z from 'zod'
import type { Origin, Reading } from './detection.ts'
import { found } from './finding.ts'
import { flatten, text } from './flatten.ts'
import { containerAt, podAt } from './place.ts'
import { clip, refuseDepth, refuseShape, refuseValue } from './refuse.ts'
import { Integer, RuleName, Text, textOfAtMost, userOfUid } from './shape.ts'
import { nanoseconds } from './time.ts'
import { DataItems, deedOf, valuesOf } from './tracee-data.ts'
import { readTraceEvent } from './tracee-legacy.ts'
import { levelOf, TraceeSeverity } from './tracee-severity.ts'

const Pod = z.looseObject({ name: Text, uid: Text }).nullish()
const Namespace = z.looseObject({ name: Text }).nullish()
const Process = z.looseObject({
  executable: z.looseObject({ path: Text }).nullish(),
  thread: z.looseObject({ name: Text }).nullish(),
  real_user: z.looseObject({ id: Integer.nullish() }).nullish(),
})
const Threat = z.looseObject({
  name: z.union([z.literal(''), RuleName]).nullish(),
  description: Text,
  severity: TraceeSeverity.nullish(),
  mitre: z.looseObject({ technique: z.looseObject({ id: textOfAtMost(64).nullish() }).nullish() }).nullish(),
})

/** Tracee's v1beta1 event. Source: tracee/api/v1beta1/event.proto and event_json.go. Releases before that marshaler print wrapped numbers
 *  (`{"value": 17}`), times as seconds and nanoseconds, and severities as words. */
const TraceeEvent = z.looseObject({
  timestamp: z.union([z.string(), z.looseObject({ seconds: Integer, nanos: z.number().int().min(0).max(999_999_999).nullish() })]),
  name: RuleName,
  workload: z
    .looseObject({
      process: Process.nullish(),
      container: z.looseObject({ id: Text, name: Text, image: z.looseObject({ id: Text, name: Text }).nullish() }).nullish(),
      k8s: z.looseObject({ pod: Pod, namespace: Namespace }).nullish(),
      pod: Pod,
      namespace: Namespace,
    })
    .nullish(),
  data: DataItems,
  detected_from: z.looseObject({ data: DataItems }).nullish(),
  threat: Threat.nullish(),
})
type TraceeEvent = z.infer<typeof TraceeEvent>

/** Whether a parsed JSON value has the shape of a Tracee event: `name` with `workload` (or a threat, where nobody's work is behind it), or
 *  the `eventName` of the releases before. */
export function looksLikeTracee(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'eventName' in value || ('name' in value && ('workload' in value || 'threat' in value))
}

/** Reads one Tracee event of either shape, already parsed by parseJson. Never throws. An event with a threat is a detection; all else is
 *  telemetry. */
export function readTracee(alert: unknown, origin: Origin): Reading {
  const tooDeep = refuseDepth('Tracee', alert)
  if (tooDeep) return tooDeep
  if (typeof alert === 'object' && alert !== null && 'eventName' in alert) return readTraceEvent(alert, origin)
  const parsed = TraceeEvent.safeParse(unwrapped(alert))
  if (!parsed.success) return refuseShape('Tracee', parsed.error)
  const { name, threat, workload, data, detected_from, timestamp } = parsed.data
  if (!threat) return { kind: 'telemetry', what: `${clip(name)} without threat` }
  const level = levelOf(threat.severity ?? 0)
  const timeNs = timeOf(timestamp)
  if (timeNs === undefined)
    return refuseValue('Tracee', 'timestamp', 'RFC 3339', typeof timestamp === 'string' ? timestamp : JSON.stringify(timestamp))
  return found({ rule: threat.name || name, ...level }, origin, () => {
    const { process, container, k8s } = workload ?? {}
    const { exe, cmdline, file, connection } = deedOf(valuesOf(data), valuesOf(detected_from?.data))
    return {
      agent: 'tracee',
      source: name,
      timeNs,
      node: origin.node,
      pod: podAt({ ...(k8s?.pod ?? workload?.pod), namespace: (k8s?.namespace ?? workload?.namespace)?.name }),
      container: containerAt({ ...container, image: container?.image?.name || container?.image?.id }),
      exe: text(process?.executable?.path) ?? exe ?? text(process?.thread?.name),
      cmdline,
      file,
      connection,
      user: userOfUid(process?.real_user?.id),
      message: threat.description ?? '',
      tags: [],
      techniques: [threat.mitre?.technique?.id ?? ''],
      fields: flatten(named(parsed.data)),
      identity: [alert],
    }
  })
}

/** The event with its data by name, as conditions say it: `data.path`. */
function named({ data, detected_from: from, ...event }: TraceeEvent): object {
  return { ...event, data: valuesOf(data), ...(from ? { detected_from: { ...from, data: valuesOf(from.data) } } : {}) }
}

function timeOf(timestamp: TraceeEvent['timestamp']): string | undefined {
  if (typeof timestamp === 'string') return nanoseconds(timestamp)
  const { seconds, nanos } = timestamp
  return /^\d{1,12}$/.test(String(seconds)) ? `${seconds}${String(nanos ?? 0).padStart(9, '0')}` : undefined
}

/** protobuf's wrapped values as the values themselves: `{"pid": {"value": 17}}` → `{"pid": 17}`. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only?.[0] === 'value') return unwrapped(only[1])
  return Object.fromEntries(entries.map(([key, inner]) => [key, unwrapped(inner)]))
}

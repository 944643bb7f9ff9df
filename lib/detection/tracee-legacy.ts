import * as z from 'zod'
import type { Origin, Reading } from './detection.ts'
import { found } from './finding.ts'
import { flatten, text } from './flatten.ts'
import { containerAt, podAt } from './place.ts'
import { clip, refuseShape, refuseValue } from './refuse.ts'
import { Integer, NodeName, RuleName, Tags, Text, textOfAtMost, userOfUid } from './shape.ts'
import { DataItems, deedOf, valuesOf } from './tracee-data.ts'
import { levelOf, TraceeSeverity } from './tracee-severity.ts'

const Properties = z.looseObject({
  Severity: TraceeSeverity.nullish(),
  signatureID: Text,
  signatureName: z.union([z.literal(''), RuleName]).nullish(),
  external_id: textOfAtMost(64).nullish(),
})

/** Tracee's event of the releases before v1beta1. Source: tracee/types/trace/trace.go, `Event`. `timestamp`: integer nanoseconds. */
const TraceEvent = z.looseObject({
  timestamp: Integer,
  eventName: RuleName,
  hostName: NodeName,
  processName: Text,
  executable: z.looseObject({ path: Text }).nullish(),
  userId: Integer.nullish(),
  containerId: Text,
  container: z.looseObject({ id: Text, name: Text, image: Text }).nullish(),
  kubernetes: z.looseObject({ podName: Text, podNamespace: Text, podUID: Text }).nullish(),
  args: DataItems,
  metadata: z.looseObject({ Description: Text, Tags, Properties: Properties.nullish() }).nullish(),
})
type TraceEvent = z.infer<typeof TraceEvent>
const TriggeredBy = z.looseObject({ args: DataItems })

/** Reads one legacy event. An event of a signature is a detection; all else is telemetry. */
export function readTraceEvent(alert: object, origin: Origin): Reading {
  const parsed = TraceEvent.safeParse(alert)
  if (!parsed.success) return refuseShape('Tracee', parsed.error)
  const { eventName, metadata, kubernetes, args } = parsed.data
  const signature = metadata?.Properties
  const declared = signature?.Severity ?? undefined
  if (!signature || (declared === undefined && !signature.signatureID)) {
    return { kind: 'telemetry', what: `${clip(eventName)} without threat` }
  }
  const timeNs = String(parsed.data.timestamp)
  if (timeNs.startsWith('-')) return refuseValue('Tracee', 'timestamp', 'nanoseconds since 1970', timeNs)
  const level = declared === undefined ? ({ severity: 0, priority: '' } as const) : levelOf(declared)
  return found({ rule: signature.signatureName || eventName, ...level }, origin, () => {
    const values = valuesOf(args)
    const trigger = TriggeredBy.safeParse(values.triggeredBy)
    const { exe, cmdline, file, connection } = deedOf(values, valuesOf(trigger.data?.args))
    const container = containerOf(parsed.data)
    return {
      agent: 'tracee',
      source: eventName,
      timeNs,
      node: nodeOf(parsed.data, origin),
      pod: podAt({ namespace: kubernetes?.podNamespace, name: kubernetes?.podName, uid: kubernetes?.podUID }),
      container,
      exe: text(parsed.data.executable?.path) ?? exe ?? text(parsed.data.processName),
      cmdline,
      file,
      connection,
      user: userOfUid(parsed.data.userId),
      message: metadata?.Description ?? '',
      tags: metadata?.Tags ?? [],
      techniques: [signature.external_id ?? ''],
      fields: flatten({ ...parsed.data, args: values }),
      identity: [alert],
    }
  })
}

function containerOf({ container, containerId }: TraceEvent) {
  return containerAt({ id: container?.id || containerId, name: container?.name, image: container?.image })
}

/** `hostName` is the UTS name that the process sees, cut to 16 bytes (Tracee's eCtx.UtsName): in a container it is mostly the pod's, so it
 *  names the node of the node's own processes alone. */
function nodeOf({ hostName, ...event }: TraceEvent, { node }: Origin): string | undefined {
  return containerOf({ hostName, ...event }) ? node : hostName || node
}

import * as z from 'zod'
import { Agent, type Detection, FieldValue, Nanoseconds, Severity } from './detection.ts'
import { milliseconds } from './time.ts'
import { workloadOf } from './workload.ts'

/** What one detection showed, cut to what people look at first. Texts are an attacker's: escape them wherever they are shown. */
export const Evidence = z.object({
  id: z.string(),
  rule: z.string(),
  severity: Severity,
  timeNs: Nanoseconds,
  message: z.string(),
  process: z.string().optional(),
  command: z.string().optional(),
  file: z.string().optional(),
  connection: z.string().optional(),
  user: z.string().optional(),
  containerId: z.string().optional(),
  image: z.string().optional(),
  node: z.string().optional(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
  podUid: z.string().optional(),
  workload: z.string().optional(),
  cluster: z.string().optional(),
  agent: Agent.optional(),
  mitre: z.array(z.string()).optional(),
  priority: z.string().optional(),
  source: z.string().optional(),
  tags: z.array(z.string()).optional(),
  fields: z.record(z.string(), FieldValue).optional(),
})
export type Evidence = z.infer<typeof Evidence>

/** As much of the detection as its evidence tells: our own names, and those of the agent's fields that were kept. */
export function detectionFrom(evidence: Evidence): Detection {
  const { id, rule, severity, timeNs, message, node, namespace, pod, podUid, containerId, image } = evidence
  const {
    agent = 'falco',
    cluster = '',
    user,
    file,
    connection,
    process,
    command,
    mitre = [],
    priority = '',
    source = '',
    tags = [],
    fields = {},
  } = evidence
  return {
    id: id.padEnd(64, '0'),
    agent,
    rule,
    severity,
    priority,
    source,
    timeNs,
    receivedMs: milliseconds(timeNs),
    cluster,
    ...(node ? { node } : {}),
    ...(namespace && pod ? { pod: { namespace, name: pod, ...(podUid ? { uid: podUid } : {}) } } : {}),
    ...(containerId ? { container: { id: containerId, ...(image ? { image } : {}) } } : {}),
    ...(process || command ? { process: { ...(process ? { exe: process } : {}), ...(command ? { cmdline: command } : {}) } } : {}),
    ...(file ? { file } : {}),
    ...(connection ? { connection } : {}),
    ...(user ? { user } : {}),
    message,
    tags: [...tags],
    mitre: [...mitre],
    fields,
  }
}

const MOST_MITRE = 5
const MOST_TAGS = 10
/** No name of Kubernetes' is longer. */
const NAME_BYTES = 253
const TAG_BYTES = 64
const FIELD_BYTES = 160
/** Of all that is kept beside what rules ask for: an incident has many pieces of evidence, and one item. */
const ALSO_BYTES = 800

/** `textBytes`: that each text may take in JSON. `fields`: of the agent's, those that are kept too (texts of up to 160 bytes). `also`: those that are kept as
 *  far as there is room (800 bytes). */
type Kept = { readonly textBytes?: number; readonly fields?: readonly string[]; readonly also?: readonly string[] }

/** What people look at first of a detection, each text cut to so many bytes of JSON (a control character takes six). */
export function evidenceOf(detection: Detection, { textBytes = 1000, fields = [], also = [] }: Kept = {}): Evidence {
  const {
    id,
    agent,
    rule,
    severity,
    timeNs,
    message,
    process,
    file,
    connection,
    user,
    container,
    node,
    pod,
    cluster,
    mitre,
    priority,
    tags,
  } = detection
  const texts = { process: process?.exe, command: process?.cmdline, file, connection, user }
  const cutTexts = Object.entries(texts).map(([name, text]) => [name, text && cutToBytes(text, textBytes)] as const)
  const where = { containerId: container?.id, image: container?.image, node, namespace: pod?.namespace, pod: pod?.name, podUid: pod?.uid }
  const workload = workloadOf(detection)?.name
  const kept = { ...fieldsIn(detection, also, ALSO_BYTES), ...fieldsIn(detection, fields) }
  const names = Object.entries({ ...where, workload, cluster, agent, priority, source: detection.source })
  const cutNames = names.map(([name, text]) => [name, text && cutToBytes(text, NAME_BYTES)] as const)
  const present = [...cutTexts, ...cutNames].filter(([, text]) => text)
  return {
    id,
    rule: cutToBytes(rule, NAME_BYTES),
    severity,
    timeNs,
    message: cutToBytes(message, textBytes),
    ...Object.fromEntries(present),
    ...(mitre.length > 0 ? { mitre: mitre.slice(0, MOST_MITRE) } : {}),
    ...(tags.length > 0 ? { tags: tags.slice(0, MOST_TAGS).map((tag) => cutToBytes(tag, TAG_BYTES)) } : {}),
    ...(Object.keys(kept).length > 0 ? { fields: kept } : {}),
  }
}

/** Those that the detection has, none of them long, as many of the first as there is room for. */
function fieldsIn({ fields }: Detection, names: readonly string[], mostBytes = Number.POSITIVE_INFINITY): Record<string, FieldValue> {
  let bytes = 0
  const kept = names.flatMap((name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!isKept(value)) return []
    bytes += Buffer.byteLength(JSON.stringify({ [name]: value }))
    return bytes <= mostBytes ? [[name, value] as const] : []
  })
  return Object.fromEntries(kept)
}

function isKept(value: FieldValue | undefined): value is FieldValue {
  return value !== undefined && value !== null && Buffer.byteLength(JSON.stringify(value)) <= FIELD_BYTES
}

/** As much of the text as takes at most `max` bytes in JSON (a control character takes six). */
export function cutToBytes(text: string, max: number): string {
  let kept = text.slice(0, max)
  for (let bytes = jsonBytes(kept); bytes > max; bytes = jsonBytes(kept)) {
    kept = kept.slice(0, Math.min(kept.length - 1, Math.floor((kept.length * max) / bytes)))
  }
  return kept
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2
}

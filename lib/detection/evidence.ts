import * as z from 'zod'
import { Agent, type Detection, Nanoseconds, Severity } from './detection.ts'
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
})
export type Evidence = z.infer<typeof Evidence>

/** As much of the detection as its evidence tells: our own names, and no field of the agent's. */
export function detectionFrom(evidence: Evidence): Detection {
  const { id, rule, severity, timeNs, message, node, namespace, pod, podUid, containerId, image } = evidence
  const { agent = 'falco', cluster = '', user, file, connection, process, command, mitre = [] } = evidence
  return {
    id: id.padEnd(64, '0'),
    agent,
    rule,
    severity,
    priority: '',
    source: '',
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
    tags: [],
    mitre: [...mitre],
    fields: {},
  }
}

const MOST_MITRE = 5

/** What people look at first of a detection, each text cut to so many bytes of JSON (a control character takes six). */
export function evidenceOf(detection: Detection, { textBytes = 1000 }: { readonly textBytes?: number } = {}): Evidence {
  const { id, agent, rule, severity, timeNs, message, process, file, connection, user, container, node, pod, cluster, mitre } = detection
  const texts = { process: process?.exe, command: process?.cmdline, file, connection, user }
  const cutTexts = Object.entries(texts).map(([name, text]) => [name, text && cut(text, textBytes)] as const)
  const where = { containerId: container?.id, image: container?.image, node, namespace: pod?.namespace, pod: pod?.name, podUid: pod?.uid }
  const workload = workloadOf(detection)?.name
  const present = [...cutTexts, ...Object.entries({ ...where, workload, cluster, agent })].filter(([, text]) => text)
  return {
    id,
    rule,
    severity,
    timeNs,
    message: cut(message, textBytes),
    ...Object.fromEntries(present),
    ...(mitre.length > 0 ? { mitre: mitre.slice(0, MOST_MITRE) } : {}),
  }
}

/** As much of the text as takes at most `max` bytes in JSON. */
function cut(text: string, max: number): string {
  let kept = text.slice(0, max)
  for (let bytes = jsonBytes(kept); bytes > max; bytes = jsonBytes(kept)) {
    kept = kept.slice(0, Math.min(kept.length - 1, Math.floor((kept.length * max) / bytes)))
  }
  return kept
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2
}

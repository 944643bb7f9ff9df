import type { Detection } from '../detection/detection.ts'
import type { Evidence } from './incident.ts'

/** Bytes that each text may take in the stored JSON: a control character takes six. */
const MESSAGE_BYTES = 1000
const TEXT_BYTES = 1000

/** What people look at first of a detection, cut so that an incident's evidence always fits in its item. */
export function evidenceOf({ id, rule, severity, timeNs, message, fields, container, node, pod }: Detection): Evidence {
  const texts = {
    process: textField(fields['proc.exepath']) ?? textField(fields['proc.name']),
    command: textField(fields['proc.cmdline']),
    ...fileOrConnection(textField(fields['fd.name']) ?? textField(fields['fs.path.name'])),
    user: textField(fields['user.name']),
    containerId: container?.id,
    image: container?.image,
    node,
    podUid: pod?.uid,
  }
  const present = Object.entries(texts).filter(([, text]) => text !== undefined)
  return { id, rule, severity, timeNs, message: cut(message, MESSAGE_BYTES), ...Object.fromEntries(present) }
}

/** By time, then by id. */
export function byTime(a: Evidence, b: Evidence): number {
  const [left, right] = [BigInt(a.timeNs), BigInt(b.timeNs)]
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Of a story that has more evidence than is kept: its beginning, and the worst of it wherever that came. The same, whatever the order. */
export function mostTelling(evidence: readonly Evidence[], cap: number): readonly Evidence[] {
  const sorted = evidence.toSorted(byTime)
  const worst = sorted.toSorted((a, b) => b.severity - a.severity || byTime(a, b))[0]
  const earliest = sorted.slice(0, cap - 1)
  if (sorted.length < cap || !worst || earliest.includes(worst)) return sorted.slice(0, cap - 1)
  return [...earliest, worst]
}

/** Falco's `fd.name` is a path, or `ip:port->ip:port` for a connection. */
function fileOrConnection(name: string | undefined): { file?: string; connection?: string } {
  if (name === undefined) return {}
  return name.includes('->') ? { connection: name } : { file: name }
}

function textField(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? cut(value, TEXT_BYTES) : undefined
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

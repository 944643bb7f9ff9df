import type { Detection } from '../detection/detection.ts'
import type { Evidence } from './incident.ts'

/** Bytes that each text may take in the stored JSON: a control character takes six. */
const MESSAGE_BYTES = 1000
const TEXT_BYTES = 1000

/** What people look at first of a detection, cut so that an incident's evidence always fits in its item. */
export function evidenceOf(detection: Detection): Evidence {
  const { id, rule, severity, timeNs, message, process, file, connection, user, container, node, pod } = detection
  const texts = { process: process?.exe, command: process?.cmdline, file, connection, user }
  const cutTexts = Object.entries(texts).map(([name, text]) => [name, text && cut(text, TEXT_BYTES)] as const)
  const names = Object.entries({ containerId: container?.id, image: container?.image, node, podUid: pod?.uid })
  const present = [...cutTexts, ...names].filter(([, text]) => text)
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

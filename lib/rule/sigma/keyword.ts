import type { Detection } from '../../detection/detection.ts'
import { type Content, contentOf } from './content.ts'

/** All that a detection says, for keywords: its message, its rule, and every other text and number in it. */
export function wordsOf(detection: Detection): Content {
  const { rule, priority, source, cluster, node, pod, container, process, file, connection, user, message, tags, mitre, fields } = detection
  const own = [rule, priority, source, cluster, node, file, connection, user, message]
  const nested = [pod, container, process].flatMap((part) => Object.values(part ?? {}))
  const all = [...own, ...nested, ...tags, ...mitre, ...Object.values(fields).flat()]
  return contentOf(all.filter((value) => value !== undefined))
}

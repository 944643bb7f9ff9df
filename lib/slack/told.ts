import { contentHash } from '../detection/id.ts'
import type { ChatMessage } from '../port/chat.ts'
import { laidOut, section } from './layout.ts'
import { plain, wholeLines } from './text.ts'

/** Something that is told in the thread, and when it happened (Unix ms). */
export type Told = { readonly key: string; readonly atMs: number; readonly message: ChatMessage }

/** What has no time of its own and is told after what has. */
export const LAST_MS = Number.MAX_SAFE_INTEGER
export const NEUTRAL = '#9aa0a6'

const REPLY_MAX = 2900
const NOTICE_MAX = 600

/** A reply of some lines: the first also stands in the notification. Empty lines are left out, and those that do not fit. */
export function told(key: string, atMs: number, lines: readonly string[], color = NEUTRAL): Told {
  const shown = wholeLines(
    lines.filter((line) => line !== ''),
    REPLY_MAX,
  )
  return { key, atMs, message: { text: noticeOf(shown[0] ?? ''), color, blocks: laidOut(section(0, shown.join('\n'))) } }
}

/** The line for a notification: a long one without its markup, since a cut could leave half of an escape or of a link. */
function noticeOf(line: string): string {
  if (line.length <= NOTICE_MAX) return line
  const words = line.replace(/<[^<>|]*\|?([^<>]*)>/g, '$1').replace(/[`\u2060*]/g, '')
  return plain(words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'), NOTICE_MAX)
}

/** `name-` and what tells it apart from others of the kind. */
export function keyOf(name: string, ...parts: readonly unknown[]): string {
  return `${name}-${contentHash(JSON.stringify(parts), 16)}`
}

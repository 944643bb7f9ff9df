import { byteLength, isAscii, toBinary } from '../bytes.ts'

/** A text cut to `width` bytes of UTF-8, or filled up to them with blanks. A character that is cut in two becomes U+FFFD. */
export function fitBytes(text: string, width: number): string {
  const head = text.slice(0, width) // a UTF-16 unit is at least a byte
  if (isAscii(head)) return head.padEnd(width)
  return Buffer.from(toBinary(head).slice(0, width).padEnd(width), 'latin1').toString()
}

/** A text of at most `length` bytes. */
export function cutBytes(text: string, length: number): string {
  return text.length <= length && byteLength(text) <= length ? text : fitBytes(text, length)
}

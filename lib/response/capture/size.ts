import type { Thing } from './document.ts'

/** How many bytes a value takes as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}

/** The end of a text that takes at most so many bytes as JSON. */
export function endOf(text: string, maxBytes: number): { readonly text: string; readonly isCut: boolean } {
  let end = text.slice(Math.max(0, text.length - maxBytes))
  while (end !== '' && jsonBytes(end) > maxBytes) end = end.slice(Math.ceil(end.length / 5))
  return { text: end, isCut: end.length < text.length }
}

/** The thing itself if it takes at most so many bytes as JSON; else what it is, and the beginning of its JSON as `text`. */
export function whole(thing: Thing, maxBytes: number): Thing {
  const text = JSON.stringify(thing)
  if (Buffer.byteLength(text) <= maxBytes) return thing
  // In a text within JSON, a character takes up to three bytes
  return { apiVersion: thing.apiVersion, kind: thing.kind, text: text.slice(0, maxBytes / 4) }
}

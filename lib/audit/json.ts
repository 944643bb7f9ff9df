import type { JsonText } from './json-index.ts'

/** A value in JSON text. What it holds is looked up when it is asked for, and then remembered. */
export type Json = {
  readonly source: JsonText
  /** Its place in the index. */
  readonly at: number
  members: ReadonlyMap<string, Json> | undefined
  items: readonly Json[] | undefined
}

/** The whole of a text. */
export function rootOf(source: JsonText): Json {
  return valueAt(source, 0)
}

/** The value of a key; undefined where there is none, or no object. Of a key that stands twice the first counts. */
export function memberOf(json: Json, key: string): Json | undefined {
  return membersOf(json)?.get(key)
}

/** What stands under one key after the other. */
export function reach(json: Json, keys: readonly string[]): Json | undefined {
  let reached: Json | undefined = json
  for (const key of keys) {
    reached = memberOf(reached, key)
    if (reached === undefined) return undefined
  }
  return reached
}

/** Keys and values of an object; undefined for anything else. */
export function membersOf(json: Json): ReadonlyMap<string, Json> | undefined {
  if (json.members === undefined && firstOf(json) === '{') json.members = readMembers(json)
  return json.members
}

/** The elements of an array; undefined for anything else. */
export function itemsOf(json: Json): readonly Json[] | undefined {
  if (json.items === undefined && isArray(json)) json.items = readItems(json)
  return json.items
}

/** The elements of an array one by one, without remembering them: there may be millions. None of anything else. */
export function* walkItems(json: Json): Generator<Json> {
  const { source, at } = json
  const end = isArray(json) ? nextOf(source, at) : at
  for (let place = at + 3; place < end; place = nextOf(source, place)) yield valueAt(source, place)
}

export function isArray(json: Json): boolean {
  return firstOf(json) === '['
}

/** The value of a string, with its escapes decoded; undefined for anything else. */
export function stringOf(json: Json): string | undefined {
  return firstOf(json) === '"' ? decode(writtenOf(json)) : undefined
}

/** A string's value, or any other value as it is written. */
export function textOf(json: Json): string {
  return stringOf(json) ?? writtenOf(json)
}

/** A value as it is written, without blanks. */
export function writtenOf({ source: { text, index }, at }: Json): string {
  return text.slice(index[at], index[at + 1])
}

function readMembers({ source, at }: Json): ReadonlyMap<string, Json> {
  const members = new Map<string, Json>()
  const end = nextOf(source, at)
  let place = at + 3
  while (place < end) {
    const key = textOf(valueAt(source, place))
    const value = nextOf(source, place)
    if (!members.has(key)) members.set(key, valueAt(source, value))
    place = nextOf(source, value)
  }
  return members
}

function readItems({ source, at }: Json): readonly Json[] {
  const items: Json[] = []
  const end = nextOf(source, at)
  for (let place = at + 3; place < end; place = nextOf(source, place)) items.push(valueAt(source, place))
  return items
}

function valueAt(source: JsonText, at: number): Json {
  return { source, at, members: undefined, items: undefined }
}

function nextOf({ index }: JsonText, at: number): number {
  return index[at + 2] ?? index.length
}

function firstOf({ source: { text, index }, at }: Json): string | undefined {
  return text[index[at] ?? 0]
}

function decode(written: string): string {
  if (!written.includes('\\')) return written.slice(1, -1)
  const decoded: unknown = JSON.parse(written)
  return String(decoded).toWellFormed()
}

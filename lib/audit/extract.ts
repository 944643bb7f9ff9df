import { itemsOf, type Json, memberOf, reach, textOf } from './json.ts'

/** What a field takes from an event's JSON; undefined where it is absent. */
export type Extract = (event: Json) => string | readonly string[] | undefined

/** Makes a field's extractor of its argument: an index (digits), a key, or none. */
export type MakeExtract = (argument: string | undefined) => Extract

/** The text of what stands under `keys`, whatever its type. */
export function text(...keys: string[]): MakeExtract {
  return () => (event) => {
    const json = reach(event, keys)
    return json && textOf(json)
  }
}

/** The texts of the elements of the array under `keys`; absent if it is none. */
export function texts(...keys: string[]): MakeExtract {
  return () => (event) => {
    const json = reach(event, keys)
    return json && itemsOf(json)?.map(textOf)
  }
}

/** The texts of what stands under `keys`, through all arrays on the way; elements without it are skipped. */
export function each(...keys: string[]): MakeExtract {
  return (index) => (event) => collect(event, keys, index)?.filter(isPresent).map(textOf)
}

/** The same, but absent where one element is without it. */
export function every(...keys: string[]): MakeExtract {
  return (index) => (event) => {
    const found = collect(event, keys, index)
    return found?.every(isPresent) ? found.map(textOf) : undefined
  }
}

/** What stands under `keys`, through all arrays on the way: with an index, through that element of each; without, through all, and an
 *  element that lacks a key gives undefined. An array at the end stays whole. Undefined where a key is missing outside of an array. */
export function collect(json: Json, keys: readonly string[], index?: string): readonly (Json | undefined)[] | undefined {
  const found: (Json | undefined)[] = []
  return gather(json, { keys, from: 0, index, found }) ? found : undefined
}

export function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined
}

type Way = {
  readonly keys: readonly string[]
  readonly from: number
  readonly index: string | undefined
  readonly found: (Json | undefined)[]
}

function gather(json: Json, { keys, from, index, found }: Way): boolean {
  let reached: Json | undefined = json
  for (let at = from; at < keys.length; at += 1) {
    const items = itemsOf(reached)
    if (items !== undefined && index === undefined) {
      for (const item of items) if (!gather(item, { keys, from: at, index, found })) found.push(undefined)
      return true
    }
    const holder: Json | undefined = items === undefined ? reached : items[Number(index)]
    reached = holder && memberOf(holder, keys[at] ?? '')
    if (reached === undefined) return false
  }
  found.push(reached)
  return true
}

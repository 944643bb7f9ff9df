import { isArray, itemsOf, type Json, memberOf } from './json.ts'

/** A JSON pointer (RFC 6901, whose leading `/` may be left out) as a look-up. The empty pointer is the whole; an array takes an index. */
export function compilePointer(pointer: string): (json: Json) => Json | undefined {
  const keys = pointer === '' ? [] : pointer.replace(/^\//, '').split('/').map(decodeKey)
  return (json) => {
    let reached: Json | undefined = json
    for (const key of keys) {
      reached = isArray(reached) ? elementOf(reached, key) : memberOf(reached, key)
      if (reached === undefined) return undefined
    }
    return reached
  }
}

function decodeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

function elementOf(array: Json, index: string): Json | undefined {
  return /^\+?[0-9]+$/.test(index) ? itemsOf(array)?.[Number(index)] : undefined
}

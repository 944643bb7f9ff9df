import { compareBytes } from '../bytes.ts'

export type Json = string | number | bigint | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

/** A value as JSON text: keys in order of their bytes, those without a value left out, integers exact whatever their size, what is no
 *  UTF-16 as U+FFFD, a number that JSON does not have as null. */
export function writeJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([left], [right]) => compareBytes(left, right))
  return `{${members.map(([key, member]) => `${writeJson(key)}:${writeJson(member)}`).join(',')}}`
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value)
}

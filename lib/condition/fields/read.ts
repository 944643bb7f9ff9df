import type { FieldType, Scalar } from '../field.ts'

/** A JSON value as a field's type: numbers and booleans may be text, texts numbers or booleans; anything else is absent. */
export function readScalar(value: unknown, type: FieldType): Scalar | undefined {
  switch (type) {
    case 'string':
      return readText(value)
    case 'bool':
      return readBool(value)
    case 'ipaddr':
    case 'ipnet':
      return typeof value === 'string' ? value : undefined
    case 'bytes':
      return value instanceof Uint8Array ? value : readText(value)
    case 'json':
      return isPlain(value) ? value : undefined
    default:
      return readNumber(value)
  }
}

/** A JSON array as a list of a type, without what is not of it; a scalar is a list of one. */
export function readList(value: unknown, type: FieldType): readonly Scalar[] | undefined {
  if (!Array.isArray(value)) {
    const only = readScalar(value, type)
    return only === undefined ? undefined : [only]
  }
  if (type === 'string' && holdsTexts(value)) return value
  return value.map((item) => readScalar(item, type)).filter((item) => item !== undefined)
}

function holdsTexts(values: readonly unknown[]): values is readonly string[] {
  for (const value of values) if (typeof value !== 'string') return false
  return true
}

function isPlain(value: unknown): value is string | number | bigint | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

function readText(value: unknown): string | undefined {
  return isPlain(value) ? String(value) : undefined
}

function readBool(value: unknown): boolean | undefined {
  if (value === 'true' || value === 'false') return value === 'true'
  return typeof value === 'boolean' ? value : undefined
}

function readNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value !== 'string' || !/^[+-]?[0-9]{1,40}$/.test(value)) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value.replace('+', ''))
}

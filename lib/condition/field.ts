/** What a field yields for one event: a scalar, or a list of them. Bytes may also be given as the text that they are in UTF-8. */
export type Scalar = string | number | bigint | boolean | Uint8Array
export type Value = Scalar | readonly Scalar[]

export type IntegerType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64'

/** The type that decides which operators a field takes and how constants are read. Values: `port` and the numbers are number or
 *  bigint, `ipaddr` and `ipnet` are address text, `json` is whatever the event holds and is told apart at run time. */
export type FieldType = IntegerType | 'double' | 'string' | 'bool' | 'bytes' | 'ipaddr' | 'ipnet' | 'port' | 'json'

/** A field of an event. `get` gives undefined when the event does not have it; a value of another type counts as absent too,
 *  and so does an empty list. It must not throw. */
export type Field<Event> = {
  readonly type: FieldType
  readonly list?: boolean
  readonly get: (event: Event) => Value | undefined
}

/** Why a known field cannot be used as it is written (an argument that is missing, or not allowed). */
export type Refusal = { readonly refused: string }

/** Finds a field by name and bracketed argument; undefined when there is none of that name. */
export type FieldLookup<Event> = (name: string, argument: string | undefined) => Field<Event> | Refusal | undefined

export function isList(value: Value | undefined): value is readonly Scalar[] {
  return typeof value === 'object' && !(value instanceof Uint8Array)
}

export function isNumber(value: Value | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** A scalar as the text that Falco would print. */
export function textOf(value: Scalar): string {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)
}

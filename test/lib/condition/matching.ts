import { compileCondition } from '../../../lib/condition/compile.ts'
import { ConditionError } from '../../../lib/condition/error.ts'
import type { FieldType } from '../../../lib/condition/field.ts'
import { type JsonEvent, jsonFields } from '../../../lib/condition/fields/json.ts'
import { parseCondition } from '../../../lib/condition/parse.ts'

type Types = Readonly<Record<string, { readonly type: FieldType; readonly list?: boolean }>>

/** Fields of every type, under names that tell it: `t.string`, `t.strings` for a list. */
export const TYPES: Types = {
  't.string': { type: 'string' },
  't.other': { type: 'string' },
  't.strings': { type: 'string', list: true },
  't.others': { type: 'string', list: true },
  't.int8': { type: 'int8' },
  't.int64': { type: 'int64' },
  't.uint32': { type: 'uint32' },
  't.uint64': { type: 'uint64' },
  't.count': { type: 'uint64' },
  't.numbers': { type: 'int64', list: true },
  't.double': { type: 'double' },
  't.port': { type: 'port' },
  't.bool': { type: 'bool' },
  't.flag': { type: 'bool' },
  't.bytes': { type: 'bytes' },
  't.blob': { type: 'bytes' },
  't.ip': { type: 'ipaddr' },
  't.peer': { type: 'ipaddr' },
  't.ips': { type: 'ipaddr', list: true },
  't.net': { type: 'ipnet' },
}

/** Whether an event matches; a field of no type above is read by the type of its JSON. */
export function matches(condition: string, event: JsonEvent): boolean {
  return compile(condition)(event)
}

export function compile(condition: string): (event: JsonEvent) => boolean {
  return compileCondition(parseCondition(condition), jsonFields({ types: TYPES }))
}

/** The ConditionError that `act` throws. */
export function failureOf(act: () => unknown): ConditionError {
  try {
    act()
  } catch (error) {
    if (error instanceof ConditionError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

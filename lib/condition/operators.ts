import type { Operator } from './ast.ts'
import { addressFamily, networkFamily } from './compare/address.ts'
import { boolFamily } from './compare/bool.ts'
import { bufferFamily } from './compare/buffer.ts'
import type { Family } from './compare/family.ts'
import { jsonFamily } from './compare/json.ts'
import { numberFamily } from './compare/number.ts'
import { textFamily } from './compare/text.ts'
import type { FieldType } from './field.ts'

const FAMILIES: Readonly<Record<FieldType, Family>> = {
  int8: numberFamily,
  int16: numberFamily,
  int32: numberFamily,
  int64: numberFamily,
  uint8: numberFamily,
  uint16: numberFamily,
  uint32: numberFamily,
  uint64: numberFamily,
  double: numberFamily,
  port: numberFamily,
  string: textFamily,
  bool: boolFamily,
  bytes: bufferFamily,
  ipaddr: addressFamily,
  ipnet: networkFamily,
  json: jsonFamily,
}

/** How values of a type are compared. */
export function familyOf(type: FieldType): Family {
  return FAMILIES[type]
}

/** Why a field of this type cannot stand left of an operator; undefined when it can. Lists take membership only. */
export function refuseOperator(operator: Operator, { type, list }: { type: FieldType; list?: boolean }): string | undefined {
  const { name, operators } = familyOf(type)
  const allowed = list ? operator === 'in' || operator === 'intersects' : operators.has(operator)
  return allowed ? undefined : `'${operator}' operator not supported for ${list ? 'list' : name} filters`
}

import type { Literal, Operator } from '../ast.ts'
import { toBinary } from '../bytes.ts'
import { ConditionError } from '../error.ts'
import type { Scalar, Value } from '../field.ts'
import { containsText } from '../search.ts'
import { bufferConstant } from './constant.ts'
import { type Family, pairByKey } from './family.ts'

/** Byte buffers, compared as strings of one character a byte. `bcontains` and `bstartswith` take hex digits. */
export const bufferFamily: Family = {
  name: 'byte buffer',
  operators: new Set<Operator>(['=', '==', '!=', 'contains', 'startswith', 'endswith', 'bcontains', 'bstartswith', 'in', 'intersects']),
  test: (operator, constant) => {
    const bytes = operator.startsWith('b') ? readHex(constant) : toBinary(bufferConstant(constant))
    const matches = COMPARISONS.get(operator) ?? equals
    return (value) => isBuffer(value) && matches(toBinary(value), bytes)
  },
  member: (constants) => {
    const members = new Set(constants.map((constant) => toBinary(bufferConstant(constant))))
    return (value) => isBuffer(value) && members.has(toBinary(value))
  },
  pair: (operator) => {
    const matches = COMPARISONS.get(operator)
    if (matches === undefined || operator === '!=') return pairByKey(operator, bufferKey)
    return (left, right) => isBuffer(left) && isBuffer(right) && matches(toBinary(left), toBinary(right))
  },
  key: bufferKey,
}

const COMPARISONS: ReadonlyMap<Operator, (left: string, right: string) => boolean> = new Map([
  ['!=', (left, right) => left !== right],
  ['contains', containsText],
  ['bcontains', containsText],
  ['startswith', (left, right) => left.startsWith(right)],
  ['bstartswith', (left, right) => left.startsWith(right)],
  ['endswith', (left, right) => left.endsWith(right)],
] satisfies [Operator, (left: string, right: string) => boolean][])

function equals(left: string, right: string): boolean {
  return left === right
}

function readHex(constant: Literal): string {
  const digits = bufferConstant(constant)
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
    throw new ConditionError(`'${digits}' is no even number of hex digits`, constant.at)
  }
  return Buffer.from(digits, 'hex').toString('latin1')
}

function isBuffer(value: Value | undefined): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function bufferKey(value: Scalar): string | undefined {
  return isBuffer(value) ? toBinary(value) : undefined
}

import type { Literal, Operator } from '../ast.ts'
import { ConditionError } from '../error.ts'
import { type FieldType, isNumber, type Scalar } from '../field.ts'
import type { Family, Pair, Test } from './family.ts'
import { portNumber } from './port.ts'

/** Numbers and ports. A value beyond 2^53 is exact as a bigint; number and bigint compare by value. */
export const numberFamily: Family = {
  name: 'numeric',
  operators: new Set<Operator>(['=', '==', '!=', '<', '<=', '>', '>=', 'in', 'intersects']),
  test: (operator, constant, type) => numberTest(operator, readNumber(constant, type)),
  member: (constants, type) => memberOf(constants.map((constant) => readNumber(constant, type))),
  pair: (operator) => numberPair(operator),
  key: numberKey,
}

/** The test of a numeric value against a constant. */
export function numberTest(operator: Operator, constant: number | bigint): Test {
  const { float, integer, ordered } = bothForms(constant)
  switch (operator) {
    case '!=':
      return (value) => isNumber(value) && value !== float && value !== integer
    case '<':
      return (value) => isNumber(value) && value < ordered
    case '<=':
      return (value) => isNumber(value) && value <= ordered
    case '>':
      return (value) => isNumber(value) && value > ordered
    case '>=':
      return (value) => isNumber(value) && value >= ordered
    default:
      return (value) => value !== undefined && (value === float || value === integer)
  }
}

/** The test of two numeric values; undefined for an operator that numbers do not have. */
export function numberPair(operator: Operator): Pair | undefined {
  const compare = COMPARISONS.get(operator)
  return compare && ((left, right) => isNumber(left) && isNumber(right) && compare(left, right))
}

const COMPARISONS: ReadonlyMap<Operator, (left: number | bigint, right: number | bigint) => boolean> = new Map([
  ['=', (left, right) => left <= right && left >= right],
  ['==', (left, right) => left <= right && left >= right],
  ['!=', (left, right) => left < right || left > right],
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['>', (left, right) => left > right],
  ['>=', (left, right) => left >= right],
] satisfies [Operator, (left: number | bigint, right: number | bigint) => boolean][])

/** A number constant as Falco scans it for a type: decimal integers only; too big saturates, negative wraps where there is no sign. */
function readNumber(constant: Literal, type: FieldType): number | bigint {
  const { text, at } = constant
  if (type === 'double' && /^[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?$/.test(text)) return Number(text)
  if (type === 'port' && /^[a-z]/.test(text)) return portNumber(constant)
  if (type === 'double' || !/^[+-]?[0-9]{1,40}$/.test(text)) {
    const hint = /^0[xX]|[.eE]/.test(text) ? 'write a decimal integer' : undefined
    throw new ConditionError(`'${text}' is not a valid number`, at, { hint })
  }
  const bits = BITS.get(type) ?? 64
  const number = BigInt(text.replace('+', ''))
  if (type.startsWith('int')) return clamp(number, -(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n)
  return number < 0n ? BigInt.asUintN(bits, number) : clamp(number, 0n, (1n << BigInt(bits)) - 1n)
}

const BITS: ReadonlyMap<FieldType, number> = new Map([
  ['int8', 8],
  ['uint8', 8],
  ['int16', 16],
  ['uint16', 16],
  ['port', 16],
  ['int32', 32],
  ['uint32', 32],
])

function clamp(number: bigint, low: bigint, high: bigint): bigint {
  if (number < low) return low
  return number > high ? high : number
}

function memberOf(constants: readonly (number | bigint)[]): Test {
  const keys = new Set<unknown>(constants.map(numberKey))
  return (value) => isNumber(value) && keys.has(numberKey(value))
}

/** The number itself where a double holds it exactly, else the bigint. */
function numberKey(value: Scalar): number | bigint | undefined {
  if (typeof value !== 'bigint') return typeof value === 'number' ? value : undefined
  const float = Number(value)
  return BigInt(float) === value ? float : value
}

// NaN equals nothing, and so stands for "no double is this number".
function bothForms(constant: number | bigint): { float: number; integer: bigint | undefined; ordered: number | bigint } {
  const key = numberKey(constant)
  if (typeof key === 'bigint') return { float: Number.NaN, integer: key, ordered: key }
  const float = key ?? Number.NaN
  return { float, integer: Number.isInteger(float) ? BigInt(float) : undefined, ordered: float }
}

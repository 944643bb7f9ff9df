import type { Literal, Operator } from '../ast.ts'
import type { FieldType, Scalar, Value } from '../field.ts'

/** Whether a field's value passes. An absent value, or one of another type, never does. */
export type Test = (value: Value | undefined) => boolean

/** Whether two present values pass. */
export type Pair = (left: Scalar, right: Scalar) => boolean

/** How the values of some field types are compared. Constants are converted, and checked, when a test is made: a bad one throws. */
export type Family = {
  /** As Falco names it in errors. */
  readonly name: string
  /** Beside `exists`, and for list fields only those of `in` and `intersects`. */
  readonly operators: ReadonlySet<Operator>
  readonly test: (operator: Operator, constant: Literal, type: FieldType) => Test
  /** The value is one of the constants. */
  readonly member: (constants: readonly Literal[], type: FieldType) => Test
  /** The comparison with another field's value; undefined where the operator takes only constants. */
  readonly pair: (operator: Operator) => Pair | undefined
  /** Equal for equal values, so that sets can hold them; undefined for a value of another type. */
  readonly key: (value: Scalar) => string | number | bigint | boolean | undefined
}

/** A pair test for `=` and `!=` over the keys of a family. */
export function pairByKey(operator: Operator, key: Family['key']): Pair | undefined {
  if (operator === '=' || operator === '==') return (left, right) => key(left) === key(right) && key(left) !== undefined
  if (operator !== '!=') return undefined
  return (left, right) => key(left) !== key(right) && key(left) !== undefined && key(right) !== undefined
}

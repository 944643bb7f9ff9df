import type { Literal, Operator } from '../ast.ts'
import { ConditionError } from '../error.ts'
import type { Scalar } from '../field.ts'
import { type Family, pairByKey } from './family.ts'

/** Booleans: the constants are exactly `true` and `false`. */
export const boolFamily: Family = {
  name: 'boolean',
  operators: new Set<Operator>(['=', '==', '!=', 'in', 'intersects']),
  test: (operator, constant) => {
    const wanted = readBool(constant) === (operator !== '!=')
    return (value) => value === wanted
  },
  member: (constants) => {
    const wanted = new Set<unknown>(constants.map(readBool))
    return (value) => wanted.has(value)
  },
  pair: (operator) => pairByKey(operator, boolKey),
  key: boolKey,
}

function readBool({ text, at }: Literal): boolean {
  if (text !== 'true' && text !== 'false') throw new ConditionError(`'${text}' is not a boolean`, at, { hint: 'write true or false' })
  return text === 'true'
}

function boolKey(value: Scalar): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

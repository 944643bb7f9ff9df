import type { Literal, Operator } from '../ast.ts'
import { isList, isNumber, type Scalar, textOf } from '../field.ts'
import type { Family, Test } from './family.ts'
import { numberPair, numberTest } from './number.ts'
import { textFamily } from './text.ts'

/** Fields of no declared type. A JSON number compares as a number where the constant reads as one, and as its text elsewhere;
 *  a boolean is the text `true` or `false`; a list takes `in`, `intersects` and `exists` only. */
export const jsonFamily: Family = {
  name: 'JSON',
  operators: textFamily.operators,
  test: (operator, constant) => scalarTest(textFamily.test(operator, constant, 'string'), numericTest(operator, constant)),
  member: (constants) => {
    const numeric = constants.map((constant) => numericTest('=', constant)).filter((test) => test !== undefined)
    const text = textFamily.member(constants, 'string')
    return scalarTest(text, (value) => numeric.some((test) => test(value)) || (isNumber(value) && text(textOf(value))))
  },
  pair: (operator) => {
    const numbers = numberPair(operator)
    const texts = textFamily.pair(operator)
    if (texts === undefined) return undefined
    return (left, right) =>
      numbers !== undefined && isNumber(left) && isNumber(right) ? numbers(left, right) : texts(textOf(left), textOf(right))
  },
  key: (value: Scalar) => textOf(value),
}

function scalarTest(text: Test, numeric: Test | undefined): Test {
  return (value) => {
    if (typeof value === 'string') return text(value)
    if (value === undefined || isList(value)) return false
    return numeric !== undefined && isNumber(value) ? numeric(value) : text(textOf(value))
  }
}

function numericTest(operator: Operator, { text }: Literal): Test | undefined {
  if (numberPair(operator) === undefined || !/^[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?$/.test(text)) return undefined
  return numberTest(operator, text.includes('.') ? Number(text) : BigInt(text.replace('+', '')))
}

import { LIST_OPERATORS, type Literal, NUMBER_OPERATORS, type Operator, TEXT_OPERATORS } from '../ast.ts'
import { compareBytes, lowerAscii, toBinary } from '../bytes.ts'
import type { Scalar } from '../field.ts'
import { compileGlob } from '../glob.ts'
import { compileRegex } from '../regex.ts'
import { containsText } from '../search.ts'
import { textConstant } from './constant.ts'
import { type Family, pairByKey, type Test } from './family.ts'

/** Strings. `=`, `contains` and their like give on UTF-16 what they give on bytes, as long as both texts are well-formed. */
export const textFamily: Family = {
  name: 'string',
  operators: new Set<Operator>([...NUMBER_OPERATORS, ...LIST_OPERATORS, ...TEXT_OPERATORS.filter((name) => !/^b/.test(name))]),
  test: (operator, constant) => {
    const text = textConstant(constant)
    if (operator === 'regex') return regexTest(constant)
    if (text.isWellFormed()) return testFor(operator, text)
    const test = testFor(operator, toBinary(text)) // a constant with bytes that are no UTF-8: compare as bytes
    return (value) => typeof value === 'string' && test(toBinary(value))
  },
  member: (constants) => {
    const texts = new Set<unknown>(constants.map(textConstant))
    return (value) => texts.has(value)
  },
  pair: (operator) => {
    const matches = PAIRS.get(operator)
    if (matches === undefined) return pairByKey(operator, textKey)
    return (left, right) => typeof left === 'string' && typeof right === 'string' && matches(left, right)
  },
  key: textKey,
}

// One closure an operator, so that each check calls as little as it can. Order is by bytes, which a constant that reads as a
// number (ASCII) makes the same as order by UTF-16.
function testFor(operator: Operator, text: string): Test {
  switch (operator) {
    case '!=':
      return (value) => typeof value === 'string' && value !== text
    case '<':
      return (value) => typeof value === 'string' && value < text
    case '<=':
      return (value) => typeof value === 'string' && value <= text
    case '>':
      return (value) => typeof value === 'string' && value > text
    case '>=':
      return (value) => typeof value === 'string' && value >= text
    case 'contains':
      return (value) => typeof value === 'string' && value.includes(text)
    case 'startswith':
      return (value) => typeof value === 'string' && value.startsWith(text)
    case 'endswith':
      return (value) => typeof value === 'string' && value.endsWith(text)
    case 'icontains': {
      const lowered = lowerAscii(text)
      return (value) => typeof value === 'string' && lowerAscii(value).includes(lowered)
    }
    case 'glob':
    case 'iglob': {
      const matches = compileGlob(text, { ignoreCase: operator === 'iglob' })
      return (value) => typeof value === 'string' && matches(value)
    }
    default:
      return (value) => value === text
  }
}

function regexTest(constant: Literal): Test {
  const matches = compileRegex(constant)
  return (value) => typeof value === 'string' && matches(value)
}

// A pattern that is itself a value comes from outside: it is bounded as constants are, since its cost is length times length.
const MAX_PATTERN = 255

const PAIRS: ReadonlyMap<Operator, (left: string, right: string) => boolean> = new Map([
  ['<', (left, right) => compareBytes(left, right) < 0],
  ['<=', (left, right) => compareBytes(left, right) <= 0],
  ['>', (left, right) => compareBytes(left, right) > 0],
  ['>=', (left, right) => compareBytes(left, right) >= 0],
  ['contains', (left, right) => containsText(left, right)],
  ['icontains', (left, right) => containsText(lowerAscii(left), lowerAscii(right))],
  ['startswith', (left, right) => left.startsWith(right)],
  ['endswith', (left, right) => left.endsWith(right)],
  ['glob', (left, right) => right.length <= MAX_PATTERN && compileGlob(right, { ignoreCase: false })(left)],
  ['iglob', (left, right) => right.length <= MAX_PATTERN && compileGlob(right, { ignoreCase: true })(left)],
] satisfies [Operator, (left: string, right: string) => boolean][])

function textKey(value: Scalar): string | undefined {
  return typeof value === 'string' ? value : undefined
}

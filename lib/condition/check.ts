import type { Argument, Call, Check, List, Literal, Modifier } from './ast.ts'
import { textConstant } from './compare/constant.ts'
import type { Pair, Test } from './compare/family.ts'
import { ConditionError } from './error.ts'
import { type Field, isList, type Value } from './field.ts'
import { familyOf, refuseOperator } from './operators.ts'
import { compilePathMatch } from './path.ts'

/** One check as a predicate; `operand` compiles what stands left and right. Constants are converted once, here. */
export function compileCheck<Event>(check: Check, operand: (argument: Argument) => Field<Event>): (event: Event) => boolean {
  const left = operand(check.left)
  const { get } = left
  if (check.operator === 'exists' || check.right === undefined) return (event) => get(event) !== undefined
  const refused = refuseOperator(check.operator, left)
  if (refused !== undefined) {
    throw new ConditionError(refused, check.at, { hint: left.list ? 'a list takes in, intersects and exists' : undefined })
  }
  if (check.right.kind === 'call') return compilePair(check, left, operand(check.right), check.right)
  const test = constantTest(check, check.right, left)
  return (event) => test(get(event))
}

function constantTest(check: Check, right: Literal | List, left: Field<never>): Test {
  const { operator, modifier } = check
  const constants = right.kind === 'list' ? right.items : [right]
  const family = familyOf(left.type)
  if (operator === 'in' || operator === 'intersects') {
    const member = family.member(constants, left.type)
    return constants.length === 0 ? never : memberTest(member, operator === 'in')
  }
  if (operator === 'pmatch') {
    const matches = compilePathMatch(constants.map(textConstant))
    return (value) => typeof value === 'string' && matches(value)
  }
  const tests = constants.map((constant) => family.test(operator, constant, left.type))
  return modifier === undefined ? (tests[0] ?? never) : modifiedTest(tests, modifier)
}

/** A scalar is a member; of a list, every value or some value is. */
function memberTest(member: Test, every: boolean): Test {
  return (value) => {
    if (!isList(value)) return member(value)
    for (const item of value) if (member(item) !== every) return !every
    return every
  }
}

function modifiedTest(tests: readonly Test[], modifier: Modifier): Test {
  if (tests.length === 0) return never
  if (modifier === 'anyof') {
    return (value) => {
      for (const test of tests) if (test(value)) return true
      return false
    }
  }
  if (modifier === 'allof') {
    return (value) => {
      for (const test of tests) if (!test(value)) return false
      return true
    }
  }
  return (value) => {
    let passed = 0
    for (const test of tests) if (test(value) && ++passed > 1) return false
    return passed === 1
  }
}

function compilePair<Event>(check: Check, left: Field<Event>, right: Field<Event>, call: Call): (event: Event) => boolean {
  const { operator } = check
  const dynamic = left.type === 'json' || right.type === 'json'
  if (!dynamic && (left.type !== right.type || (left.list ?? false) !== (right.list ?? false))) {
    throw new ConditionError(`'${operator}' compares ${describe(left)} with ${describe(right)}`, call.at, {
      hint: 'both sides must be of one type',
    })
  }
  const family = familyOf(dynamic ? 'json' : left.type)
  const membership = operator === 'in' || operator === 'intersects'
  const pair = membership ? undefined : family.pair(operator)
  if (operator === 'pmatch' || (!membership && pair === undefined) || left.type === 'ipnet') {
    throw new ConditionError(`'${operator}' does not take a field on the right side`, call.at)
  }
  const compare = pair === undefined ? memberPair(family.key, operator === 'in') : scalarPair(pair)
  return (event) => {
    const value = left.get(event)
    return value !== undefined && compare(value, right.get(event))
  }
}

function scalarPair(pair: Pair): (left: Value, right: Value | undefined) => boolean {
  return (left, right) => right !== undefined && !isList(left) && !isList(right) && pair(left, right)
}

function memberPair(key: ReturnType<typeof familyOf>['key'], every: boolean): (left: Value, right: Value | undefined) => boolean {
  return (left, right) => {
    if (right === undefined) return false
    const members = new Set((isList(right) ? right : [right]).map(key))
    const values = isList(left) ? left : [left]
    const within = (value: (typeof values)[number]) => key(value) !== undefined && members.has(key(value))
    return every ? values.every(within) : values.some(within)
  }
}

function never(): boolean {
  return false
}

function describe({ type, list }: { type: string; list?: boolean }): string {
  return list ? `a list of ${type}` : type
}

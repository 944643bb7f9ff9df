import { expect, test } from 'vitest'
import { compileCondition } from '../../../../lib/rule/sigma/condition.ts'
import { SigmaError } from '../../../../lib/rule/sigma/error.ts'
import { detection } from '../../../support/detection.ts'

const searches = new Map(
  Object.entries({ yes: true, no: false, sel_yes: true, sel_no: false, 'with-dash': true, _hidden: false, notepad: true, all: true }).map(
    ([name, holds]) => [name, () => holds] as const,
  ),
)
const evaluate = (condition: string) => compileCondition(condition, searches, ['detection', 'condition'])(detection())

test.each([
  ['yes', true],
  ['no', false],
  ['not no', true],
  ['not not no', false],
  ['yes and no', false],
  ['yes or no', true],
  ['yes or no and no', true],
  ['(yes or no) and no', false],
  ['not no and no', false],
  ['not (no and no)', true],
  ['no or not no', true],
  ['not yes or yes', true],
  ['yes\n  and not(no)', true],
  ['with-dash', true],
  ['notepad', true],
  ['all', true],
  ['1 of sel_*', true],
  ['any of sel_*', true],
  ['all of sel_*', false],
  ['all of *_yes', true],
  ['1 of sel_no', false],
  ['1 of them', true],
  ['all of them', false],
  ['1 of _*', false],
  ['all of yes and not 1 of sel_n*', true],
  ['not 1 of sel_no or no', true],
])('%s → %s', (condition, holds) => {
  expect(evaluate(condition)).toBe(holds)
})

test('what begins with _ is not among them', () => {
  const only = new Map([
    ['seen', () => true],
    ['_hidden', () => false],
  ])
  expect(compileCondition('all of them', only, [])(detection())).toBe(true)
  expect(compileCondition('all of *', only, [])(detection())).toBe(true)
  expect(compileCondition('1 of _*', only, [])(detection())).toBe(false)
})

test.each([
  ['', 1, 'expected a search identifier, found the end'],
  ['yes and', 8, 'expected a search identifier, found the end'],
  ['yes no', 5, 'expected and, or, or the end, found no'],
  ['(yes', 5, 'expected and, or, or a closing bracket, found the end'],
  ['yes)', 4, 'expected and, or, or the end, found )'],
  ['()', 2, 'expected a search identifier, found )'],
  ['and yes', 1, 'expected a search identifier, found and'],
  ['yes AND no', 5, 'expected and, or, or the end, found AND; write it in lower case'],
  ['NOT yes', 1, 'expected a search identifier, found NOT; write it in lower case'],
  ['yes and missing', 9, 'no search identifier is named missing'],
  ['constructor', 1, 'no search identifier is named constructor'],
  ['sel_*', 1, 'expected a search identifier, found sel_*'],
  ['2 of them', 1, 'expected 1, any or all before of, not 2'],
  ['1 of', 5, 'expected them, or a pattern of letters, digits, _ and *, found the end'],
  ['1 of with-dash', 6, 'expected them, or a pattern of letters, digits, _ and *, found with-dash'],
  ['1 of other*', 6, 'no search identifier is named like other*'],
  ['yes | count() > 5', 5, 'aggregations such as | count() were removed from Sigma: write a correlation'],
  ['yes near no', 5, 'near was removed from Sigma: write a correlation of type temporal'],
  ['yes & no', 5, 'expected and, or, or the end, found &'],
  [`${'('.repeat(5000)}yes`, 52, 'expected at most 50 brackets and nots within each other'],
  [`${'not '.repeat(5000)}yes`, 205, 'expected at most 50 brackets and nots within each other'],
])('%s is refused at column %i', (condition, column, message) => {
  const refused = expect(() => evaluate(condition))
  refused.toThrow(SigmaError)
  expect(() => evaluate(condition)).toThrow(expect.objectContaining({ message, column, path: ['detection', 'condition'] }))
})

test('a long chain is no deep one', () => {
  expect(evaluate(Array(20_000).fill('no').join(' or '))).toBe(false)
})

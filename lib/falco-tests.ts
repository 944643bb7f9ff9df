import { sampleAuditEvent } from './audit/sample.ts'
import { compileCondition } from './condition/compile.ts'
import { messageOf } from './error.ts'
import { FALCO_SOURCES, loadFalcoRuleFiles } from './falco-rules.ts'
import type { FalcoRule } from './rule/falco/rule.ts'
import { type RuleTest, readRuleTests } from './rule/falco/test-case.ts'
import { isFalcoFile, readRuleFiles, throwProblems } from './rule/load.ts'
import type { Problem } from './rule/problem.ts'

/** What came of one test case; `why` it did not pass. */
export type TestOutcome = {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly test: string
  readonly passed: boolean
  readonly why?: string
}

/** Runs the test cases in the Falco rules under these paths: each rule is asked alone, with its macros, lists and exceptions. Throws
 *  `invalid_config` where a path cannot be read, or the rules or their tests do not load. */
export function runFalcoTests(paths: readonly string[]): readonly TestOutcome[] {
  const { rules, problems } = loadFalcoRuleFiles(paths)
  const read = readRuleFiles(paths)
    .files.filter(isFalcoFile)
    .map(({ file, text }) => readRuleTests(file, text))
  throwProblems([...problems, ...read.flatMap((one) => one.problems)])
  const byName = new Map(rules.map((rule) => [rule.name, rule]))
  return read.flatMap(({ tests }) =>
    tests.flatMap(({ rule, file, line, tests: cases }) =>
      cases.map((test) => outcomeOf({ file, line, rule, test: test.name }, byName.get(rule), test)),
    ),
  )
}

/** What is wrong with the test cases themselves, for who checks the rules. Throws `invalid_config` where a path cannot be read. */
export function falcoTestProblems(paths: readonly string[]): readonly Problem[] {
  const files = readRuleFiles(paths).files.filter(isFalcoFile)
  return files.flatMap(({ file, text }) => readRuleTests(file, text).problems.filter(({ code }) => code === 'invalid_test'))
}

function outcomeOf(what: Omit<TestOutcome, 'passed' | 'why'>, rule: FalcoRule | undefined, test: RuleTest): TestOutcome {
  if (!rule) return { ...what, passed: false, why: 'the rule is not loaded' }
  try {
    const matches = matcherOf(rule)(test.event)
    if (matches === test.matches) return { ...what, passed: true }
    return { ...what, passed: false, why: matches ? 'it matches, and should not' : 'it does not match' }
  } catch (error) {
    return { ...what, passed: false, why: messageOf(error) }
  }
}

function matcherOf({ source, condition }: FalcoRule): (event: RuleTest['event']) => boolean {
  if (source !== 'k8s_audit') return compileCondition(condition, FALCO_SOURCES.syscall)
  const matches = compileCondition(condition, FALCO_SOURCES.k8s_audit)
  return (event) => matches(sampleAuditEvent(event))
}

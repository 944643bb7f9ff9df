import * as z from 'zod'
import { isOfKind } from '../load.ts'
import type { Problem } from '../problem.ts'
import { problemAt, readRuleFile } from '../yaml-file.ts'

/** A test case of a Falco rule: whether the rule matches one event. `event`: of the audit log, the parts of it that matter; of any other source,
 *  its fields by name. */
export const RuleTest = z.strictObject({
  name: z.string().min(1),
  event: z.record(z.string(), z.unknown()),
  matches: z.boolean().default(true),
})
export type RuleTest = z.infer<typeof RuleTest>

export type TestsOfRule = { readonly rule: string; readonly file: string; readonly line: number; readonly tests: readonly RuleTest[] }

/** The test cases in the rules of a file that has been loaded as Falco rules, and what is wrong with them. */
export function readRuleTests(
  file: string,
  text: string,
): { readonly tests: readonly TestsOfRule[]; readonly problems: readonly Problem[] } {
  const { items, problems: unreadable } = readRuleFile(file, text)
  const tests: TestsOfRule[] = []
  const problems: Problem[] = [...unreadable]
  for (const item of items.filter((one) => isOfKind(one, 'rule') && isOfKind(one, 'tests'))) {
    const parsed = WithTests.safeParse(item.value)
    if (parsed.success) tests.push({ rule: parsed.data.rule, file, line: item.at(['rule']).line, tests: parsed.data.tests })
    else
      for (const { path, message } of parsed.error.issues)
        problems.push(problemAt(item, path, 'invalid_test', `${path.join('.')}: ${message}`))
  }
  return { tests, problems }
}

const WithTests = z.looseObject({ rule: z.string(), tests: z.array(RuleTest) })

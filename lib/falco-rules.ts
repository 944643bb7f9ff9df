import { auditFields } from './audit/fields.ts'
import { jsonFields } from './condition/fields/json.ts'
import { compileOutput } from './condition/output/compile.ts'
import { type FalcoSource, loadFalcoRules } from './rule/falco/load.ts'
import type { FalcoRule } from './rule/falco/rule.ts'
import { isFalcoFile, mixed, readRuleFiles, throwProblems } from './rule/load.ts'
import type { Problem } from './rule/problem.ts'

/** The kinds of events whose rules are known here: what node agents see, and the Kubernetes audit log. */
export const FALCO_SOURCES = { syscall: jsonFields({ strict: true }), k8s_audit: auditFields } as const

/** Loads the files of Falco rules under these paths, in the order of their names. All problems are returned; with an error among them the rules
 *  must not be used. Throws `invalid_config` where a path cannot be read. */
export function loadFalcoRuleFiles(paths: readonly string[]): {
  readonly rules: readonly FalcoRule[]
  readonly problems: readonly Problem[]
} {
  const files = readRuleFiles(paths).files.filter(isFalcoFile)
  const { rules, problems } = loadFalcoRules(files, { sources: FALCO_SOURCES, knownOutput: checkOutput })
  return { rules, problems: [...problems.flatMap(ourView), ...files.flatMap(mixed)] }
}

/** The same for a process that starts. Throws `invalid_config` with the first problems when anything is wrong with them. */
export function loadFalcoRulesOrThrow(paths: readonly string[]): readonly FalcoRule[] {
  const { rules, problems } = loadFalcoRuleFiles(paths)
  throwProblems(problems)
  return rules
}

/** A rule's own test cases are in a key that Falco passes over with a warning. */
function ourView(problem: Problem): readonly Problem[] {
  return problem.code === 'LOAD_UNKNOWN_KEY' && problem.message.includes("'tests'") ? [] : [problem]
}

function checkOutput(template: string, source: FalcoSource): void {
  compileOutput(template, source)
}

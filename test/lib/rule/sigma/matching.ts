import { parse } from 'yaml'
import { compileSigmaRule } from '../../../../lib/rule/sigma/compile.ts'
import { SigmaError } from '../../../../lib/rule/sigma/error.ts'
import { SigmaRule } from '../../../../lib/rule/sigma/sigma-rule.ts'

/** A rule with this `detection`, in YAML or as it is read. */
export function ruleOf(detection: unknown): SigmaRule {
  const given = typeof detection === 'string' ? parse(detection) : detection
  return SigmaRule.parse({ title: 'A rule', logsource: { product: 'falco' }, detection: given })
}

export function compiled(detection: unknown): ReturnType<typeof compileSigmaRule> {
  return compileSigmaRule(ruleOf(detection))
}

/** A rule of one selection. */
export function selecting(selection: unknown): ReturnType<typeof compileSigmaRule> {
  return compiled({ selection, condition: 'selection' })
}

/** Why a rule cannot be evaluated. */
export function refusal(detection: unknown): Pick<SigmaError, 'message' | 'path' | 'column'> {
  try {
    compiled(detection)
  } catch (error) {
    if (error instanceof SigmaError) return { message: error.message, path: error.path, column: error.column }
    throw error
  }
  throw new Error('the rule was not refused')
}

import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { printCondition } from '../../../../lib/condition/print.ts'
import { type FalcoLoadOptions, loadFalcoRules } from '../../../../lib/rule/falco/load.ts'
import type { FalcoRule } from '../../../../lib/rule/falco/rule.ts'

const FIELDS = jsonFields({ strict: true })
export const SOURCES = { syscall: FIELDS, k8s_audit: FIELDS }

export function load(texts: string | readonly string[], options: Partial<FalcoLoadOptions> = {}) {
  const files = [texts].flat().map((text, index) => ({ file: `${index}.yaml`, text }))
  const loaded = loadFalcoRules(files, { sources: SOURCES, ...options })
  const codes = (severity: string) => loaded.problems.filter((problem) => problem.severity === severity).map(({ code }) => code)
  return {
    ...loaded,
    errors: codes('error'),
    warnings: codes('warning'),
    lines: loaded.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`),
  }
}

/** A rule item with these keys over plain ones; a key that is undefined is left out. */
export function rule(keys: Readonly<Record<string, string | undefined>> = {}): string {
  const all = { rule: 'R', condition: 'proc.name = a', output: 'o', desc: 'd', priority: 'INFO', ...keys }
  const lines = Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
  return `- ${lines.join('\n  ')}\n`
}

/** The condition of the only rule, or of the first. */
export function compiled(texts: string | readonly string[]): string {
  const { rules, problems } = load(texts)
  const [first] = rules
  const errors = problems.filter(({ severity }) => severity === 'error')
  return first === undefined || errors.length > 0 ? JSON.stringify(errors) : printCondition(first.condition)
}

export function only(texts: string | readonly string[]): FalcoRule {
  const [first] = load(texts).rules
  if (first === undefined) throw new Error(JSON.stringify(load(texts).problems))
  return first
}

import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A rules folder as the demo uses it: the shipped correlations and guards, its two responses, and the stand-in's route and permissions. */
export function demoRules(folder: string): string {
  const rules = join(folder, 'demo-rules')
  mkdirSync(rules)
  for (const path of ['rules/correlation', 'rules/response/guards.yaml', 'local/demo/rules', 'local/stand-in/rules']) {
    cpSync(join(ROOT, path), join(rules, path), { recursive: true })
  }
  return rules
}

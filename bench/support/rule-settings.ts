import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadRulesOrThrow, type RuleSet } from '../../lib/rule-set.ts'
import { NOISE } from './detection-kinds.ts'

const SHIPPED = join(import.meta.dirname, '../../rules')
const ROUTE = '- route: {name: security, slack: {channel: C0123456789}}\n'

/** The shipped rules with a route to Slack, and what more a rule file of an installation's own says. */
export function rulesWith(own = ''): RuleSet {
  const folder = mkdtempSync(join(tmpdir(), 'creance-bench-'))
  try {
    writeFileSync(join(folder, 'own.yaml'), `${ROUTE}${own}`)
    return loadRulesOrThrow([SHIPPED, folder])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const noisy = NOISE.map(({ rule }) => `"${rule}"`).join(', ')
/** How noise can be let in. */
export const SETTINGS: readonly { readonly name: string; readonly own: string }[] = [
  { name: 'everything at respond', own: '' },
  { name: 'below Warning at observe', own: '- {stage: observe, match: "alert.severity < 3"}\n' },
  { name: 'noisy rules at observe', own: `- {stage: observe, match: 'alert.rule in (${noisy})'}\n` },
]

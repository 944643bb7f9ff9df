import type { Correlation } from './correlation/correlation.ts'
import { afterMs, type BriefDetection, type CorrelationTest } from './correlation/test-case.ts'
import { loadCorrelations } from './correlation-rules.ts'
import type { TestOutcome } from './falco-tests.ts'
import type { Clock } from './port/log.ts'
import type { Store } from './port/store.ts'
import { startRehearsal } from './rehearse.ts'
import { readRuleFiles } from './rule/load.ts'
import { loadRulesOrThrow, type RuleSet } from './rule-set.ts'

/** When the first detection of a test case happens. */
const BEGIN_MS = Date.UTC(2026, 0, 5, 12)

/** Runs the test cases in the correlations under these paths, each with all rules there, as the function evaluates them, until all waiting is over.
 *  Throws `invalid_config` where a path cannot be read, or the rules do not load. */
export async function runCorrelationTests(paths: readonly string[], newStore: (clock: Clock) => Store): Promise<readonly TestOutcome[]> {
  const rules = loadRulesOrThrow(paths)
  const outcomes: TestOutcome[] = []
  for (const [item, correlation] of loadCorrelations(readRuleFiles(paths)).correlations) {
    for (const test of correlation.creance.tests ?? []) {
      const what = { file: item.file, line: item.at(['title']).line, rule: correlation.title, test: test.name }
      const fires = await firingsIn(correlation, test, { rules, newStore })
      const passed = fires === test.fires
      outcomes.push({ ...what, passed, ...(passed ? {} : { why: `it fires ${fires} times, not ${test.fires}` }) })
    }
  }
  return outcomes
}

type Setting = { readonly rules: RuleSet; readonly newStore: (clock: Clock) => Store }

async function firingsIn({ title }: Correlation, test: CorrelationTest, { rules, newStore }: Setting): Promise<number> {
  const alerts = alertsOf(test)
  const ids = new Set<string>()
  const rehearsal = startRehearsal(rules, newStore, {
    cluster: 'test',
    fired: ({ id, correlation }) => void (correlation.title === title && ids.add(id)),
  })
  for (const alert of alerts) await rehearsal.play(alert)
  await rehearsal.settle()
  return ids.size
}

/** The alerts of a test case, as an agent would print them, in the order of their times. */
export function alertsOf({ detections = [], alerts = [], repeat, every }: CorrelationTest): readonly string[] {
  const numbers = Array.from({ length: repeat }, (_, at) => at)
  const brief = numbers.flatMap((number) =>
    detections.map((one) => ({ one: numbered(one, number), atMs: number * afterMs(every) + afterMs(one.at) })),
  )
  const inOrder = brief.toSorted((a, b) => a.atMs - b.atMs)
  const given = alerts.map((alert) => (typeof alert === 'string' ? alert : JSON.stringify(alert)))
  return [...given, ...inOrder.map(({ atMs, one }) => alertOf(one, BEGIN_MS + atMs))]
}

/** `#` in texts stands for the repetition's number. */
function numbered(one: BriefDetection, number: number): BriefDetection {
  const entries = Object.entries(one).map(([key, value]) => [
    key,
    typeof value === 'string' ? value.replaceAll('#', String(number)) : value,
  ])
  return Object.fromEntries(entries) as BriefDetection
}

function alertOf({ rule, at, priority = 'Warning', hostname = 'node-1', tags = [], ...fields }: BriefDetection, timeMs: number): string {
  const source = Object.keys(fields).some((name) => name.startsWith('ka.')) ? 'k8s_audit' : 'syscall'
  const time = new Date(timeMs).toISOString()
  return JSON.stringify({ rule, priority, source, hostname, time, output: rule, tags, output_fields: fields })
}

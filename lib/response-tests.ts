import type { TestOutcome } from './falco-tests.ts'
import type { Clock } from './port/log.ts'
import type { Store } from './port/store.ts'
import { startRehearsal } from './rehearse.ts'
import { Response, type ResponseTest } from './response/response.ts'
import { allIncidents } from './response/view.ts'
import { isOfKind, readRuleFiles } from './rule/load.ts'
import { parseItem } from './rule/yaml-file.ts'
import { loadRulesOrThrow, type RuleSet } from './rule-set.ts'

/** Runs the test cases in the responses under these paths, each with all rules there: the alerts are evaluated as the function does it, and the
 *  response's own plans compared. Throws `invalid_config` where a path cannot be read, or the rules do not load. */
export async function runResponseTests(paths: readonly string[], newStore: (clock: Clock) => Store): Promise<readonly TestOutcome[]> {
  const rules = loadRulesOrThrow(paths)
  const outcomes: TestOutcome[] = []
  for (const item of readRuleFiles(paths).items.filter((one) => isOfKind(one, 'response'))) {
    const parsed = parseItem(item, Response)
    if (!('value' in parsed)) continue
    for (const test of parsed.value.tests ?? []) {
      const what = { file: item.file, line: item.at(['response']).line, rule: parsed.value.response, test: test.name }
      const planned = await actionsPlanned(parsed.value.response, test, rules, newStore)
      const passed = planned.join() === test.actions.join()
      outcomes.push({ ...what, passed, ...(passed ? {} : { why: `it calls for ${listed(planned)}, not ${listed(test.actions)}` }) })
    }
  }
  return outcomes
}

async function actionsPlanned(
  response: string,
  { alerts }: ResponseTest,
  rules: RuleSet,
  newStore: (clock: Clock) => Store,
): Promise<readonly string[]> {
  const rehearsal = startRehearsal(rules, newStore, { cluster: 'test' })
  for (const alert of alerts) await rehearsal.play(typeof alert === 'string' ? alert : JSON.stringify(alert))
  await rehearsal.settle()
  const views = []
  for await (const view of allIncidents(rehearsal.store)) views.push(view)
  const plans = views.flatMap((view) => view.plans.filter((plan) => plan.response === response))
  const order = rules.responses.find((one) => one.response.response === response)?.response.actions.map(({ action }) => action) ?? []
  return plans.map(({ request }) => request.action).toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
}

function listed(actions: readonly string[]): string {
  return actions.length > 0 ? actions.join(', ') : 'nothing'
}

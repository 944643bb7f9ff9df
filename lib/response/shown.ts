import { canonicalJson, contentHash } from '../detection/id.ts'
import type { Incident } from '../incident/incident.ts'

/** What stands for how bad an incident was when somebody was shown it: its severity, its rules and its correlations, which only ever grow. The same of
 *  two: nothing worse came between. More of the same (detections, another firing of a correlation) makes no other. */
export function shownMark({ severity, rules, correlations }: Pick<Incident, 'severity' | 'rules' | 'correlations'>): string {
  return contentHash(canonicalJson([severity, rules.toSorted(), correlations.toSorted()]), 22)
}

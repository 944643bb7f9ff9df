import type { Evidence } from '../detection/evidence.ts'
import type { Incident } from './incident.ts'

/** The rule of the worst that was seen, and of several such of the last. */
export function worstRule({ evidence, latest }: Pick<Incident, 'evidence' | 'latest'>): string {
  const worst = [...evidence, latest].reduce((a: Evidence, b) => (isWorse(b, a) ? b : a))
  return worst.rule
}

function isWorse(a: Evidence, b: Evidence): boolean {
  return a.severity === b.severity ? BigInt(a.timeNs) > BigInt(b.timeNs) : a.severity > b.severity
}

import type { Incident } from '../incident/incident.ts'
import { plain, wholeLines } from './text.ts'

type Runbook = NonNullable<Incident['runbook']>

/** The beginning of the runbook, for a section's text: its first step, and how many more stand in the thread. */
export function runbookText({ text }: Runbook): string {
  const [first, ...others] = stepsOf(text)
  if (first === undefined) return ''
  return `📖 *Runbook*: ${plain(first, 400)}${others.length > 0 ? ` _(${others.length} more in the thread)_` : ''}`
}

/** All of it, a line a step, for a section's text. */
export function runbookSteps({ of, text }: Runbook): string {
  return [
    `📖 *Runbook: ${plain(of, 150)}*`,
    ...wholeLines(
      stepsOf(text).map((step) => (/^\d/.test(step) ? plain(step, 900) : `• ${plain(step.replace(/^[-*•]\s+/, ''), 900)}`)),
      2700,
    ),
  ].join('\n')
}

/** Lines that go on with what the line before began are joined to it: a step begins with a number or a dash. */
function stepsOf(text: string): readonly string[] {
  const steps = text.split(/\n(?=\s{0,3}(?:\d{1,2}[.)]|[-*•])\s)/).map((step) => step.replace(/\s+/g, ' ').trim())
  return steps.filter((step) => step !== '')
}

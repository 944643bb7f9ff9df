import { type Asked, askedOf } from '../detection/asked.ts'
import type { Evidence } from '../detection/evidence.ts'
import { milliseconds } from '../detection/time.ts'
import type { Incident } from '../incident/incident.ts'
import { code, counted, date, decimal, plain, wholeLines } from './text.ts'

/** So many detections are told in the message; what came beyond is told in its thread. */
export const SHOWN_EVIDENCE = 5
const SEEN_MAX = 2300
const SHOWN_CORRELATIONS = 3

/** What was seen, how often and when. For a section's text. */
export function seenText(incident: Incident): string {
  const { evidence, count, correlations } = incident
  const shown = wholeLines(evidence.slice(0, SHOWN_EVIDENCE).map(evidenceLine), SEEN_MAX)
  const more = count - shown.length
  const [, ...others] = correlations // the first is the title
  const named = others.slice(0, SHOWN_CORRELATIONS).map((one) => `*${plain(one, 100)}*`)
  const unnamed = others.length - named.length
  return [
    `*What was seen*: ${countText(incident)}`,
    ...(named.length > 0 ? [`Also came true: ${named.join(', ')}${unnamed > 0 ? ` and ${unnamed} more` : ''}`] : []),
    ...shown,
    ...(more > 0 ? [`… and ${decimal(more)} more`] : []),
  ].join('\n')
}

/** `1 detection, <time>`, `12 detections, first <time>, last <time>` */
export function countText({ count, firstNs, lastNs }: Incident): string {
  const [first, last] = [date(milliseconds(firstNs)), date(milliseconds(lastNs))]
  return count === 1 ? `1 detection, ${first}` : `${counted(count, 'detection')}, first ${first}, last ${last}`
}

/** When, which rule, and what: who asked what of the API server, or the command, the file, the connection; else the agent's own words. */
export function evidenceLine(evidence: Evidence): string {
  const { rule, timeNs, user, message } = evidence
  const head = `• ${date(milliseconds(timeNs))} *${plain(rule, 120)}*`
  const asked = askedOf(evidence)
  if (asked) return `${head}: ${askedText(asked, user)}`
  const details = [...processTexts(evidence), ...[evidence.file, evidence.connection].flatMap((text) => (text ? [code(text, 140)] : []))]
  const what = details.length > 0 ? details.join(' · ') : message && message !== rule ? code(message, 200) : ''
  return `${head}${what ? `: ${what}` : ''}${user ? ` as ${code(user, 60)}` : ''}`
}

/** The command line; and the program's file where the command line hides it behind another name. */
function processTexts({ command, process }: Evidence): readonly string[] {
  const shown = command || process
  if (!shown) return []
  const name = process?.split('/').at(-1)
  const isHidden = command && process && name && !command.includes(name)
  return [`${code(shown, 160)}${isHidden ? ` (program ${code(process, 80)})` : ''}`]
}

/** `mallory` asked to `create pods/exec shop/web-1`: allowed (101), from `10.0.0.9` */
function askedText({ verb, resource, object, answer, from, pod }: Asked, user = 'nobody'): string {
  const verdict = answer === undefined ? '' : `: ${answerWord(answer)} (${plain(answer, 10)})`
  return [
    `${code(user, 120)} asked to ${code([verb, resource, object].filter((part) => part !== undefined).join(' '), 220)}${verdict}`,
    ...(from ? [`from ${code(from, 50)}`] : []),
    ...(pod ? [`with the token of pod ${code(pod, 80)}`] : []),
  ].join(', ')
}

/** HTTP's status, as to whether the API server did it. */
function answerWord(status: string): string {
  if (/^(?:2\d\d|101)$/.test(status)) return 'allowed'
  return /^40[13]$/.test(status) ? 'refused' : 'failed'
}

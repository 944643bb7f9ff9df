import type { Incident } from '../incident/incident.ts'
import { offerTitle } from '../response/offers.ts'
import { type Outcome, outcomeWords } from '../response/outcome.ts'
import type { ActionRecord } from '../response/record.ts'
import type { ActionRequest, Target } from '../response/request.ts'
import { code, date, mention, plain } from './text.ts'

const OUTCOME_MARKS = { done: '✅', skipped: '➖', refused: '⛔', failed: '❌', dry_run: '🧪', expired: '⌛', undone: '↩️' } as const

type Settled = { readonly request: ActionRequest; readonly outcome: Outcome; readonly evidence: ActionRecord['evidence'] }

/** What became of an action, on which pod (where there are several), and who wanted it, and why. */
export function actionLine({ request, outcome, settledMs, evidence }: ActionRecord, pods: Incident['pods'], whyMax = 250): string {
  const name = plain(offerTitle(request.action), 40)
  const on = pods.seen.length > 1 ? ` on ${podOf(request.target)}` : ''
  const by = `asked by ${requesterText(request)}`
  if (!outcome) return `⏳ ${name}${on}, ${by}`
  const when = settledMs === undefined ? '' : ` ${date(settledMs)}`
  return `${OUTCOME_MARKS[outcome.state]} *${name}*${on} ${plain(shown({ request, outcome, evidence }), whyMax)}, ${by}${when}`
}

/** `<@U…>`, `<@U…>, with <@U…>`, `response "…"`, `sweep`, and the reason that was given. */
export function requesterText({ by, reason }: Pick<ActionRequest, 'by' | 'reason'>): string {
  const who =
    by.kind === 'response'
      ? `response "${plain(by.name, 100)}"`
      : by.kind === 'sweep'
        ? 'sweep'
        : [...(by.first ? [mention(by.first.id, by.first.name)] : []), mention(by.id, by.name)].join(', with ')
  return `${who}${reasonText(reason)}`
}

export function reasonText(reason: string | undefined): string {
  return reason ? `: “${plain(reason, 300)}”` : ''
}

export function podOf({ namespace, pod }: Target): string {
  return code(`${namespace}/${pod}`, 200)
}

/** As people say it: `only tried, not done: …`; and a release that has undone what it was for is done. Where the evidence lies is told in the thread. */
function shown({ request, outcome, evidence }: Settled): string {
  if (outcome.state === 'dry_run') return `only tried, not done: ${outcome.why}`
  if (isReleased(request, outcome)) return outcomeWords({ ...outcome, state: 'done' })
  return outcome.state === 'done' && evidence ? 'done, evidence of it was kept first' : outcomeWords(outcome)
}

function isReleased({ action }: ActionRequest, { state }: Outcome): boolean {
  return action === 'release' && state === 'undone'
}

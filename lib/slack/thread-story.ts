import { milliseconds } from '../detection/time.ts'
import type { Incident, IncidentFiring } from '../incident/incident.ts'
import type { IncidentView } from '../response/view.ts'
import { runbookSteps } from './runbook.ts'
import { countText, evidenceLine, SHOWN_EVIDENCE } from './seen.ts'
import { code, counted, date, decimal, plain } from './text.ts'
import { keyOf, LAST_MS, type Told, told } from './told.ts'

const REPEATS_FROM = 10
const SHOWN_REPEATS = 10
const SHOWN_RULES = 6
const SHOWN_GROUP = 6
const FIRED_COLOR = '#c62828'

/** What the incident is made of, as it grew: correlations that came true, their runbook, repeats, and that it is open again. */
export function storyReplies({ incident }: IncidentView): readonly Told[] {
  return [
    ...incident.firings.map((firing) => firedReply(firing, incident)),
    ...runbookReplies(incident),
    ...repeatReplies(incident),
    ...reopenedReplies(incident),
    ...closedReplies(incident),
  ]
}

function firedReply(firing: IncidentFiring, incident: Incident): Told {
  const { id, correlation, hits, fromNs, toNs, group } = firing
  const seconds = Math.max(0, Math.round((milliseconds(toNs) - milliseconds(fromNs)) / 1000))
  const of = group.filter((value) => value !== '').map((value) => code(value, 100))
  const lines = [
    `🔗 *${plain(correlation, 150)}* came true: ${counted(hits, 'detection')} within ${spanText(seconds)}, the last ${date(milliseconds(toNs))}`,
    of.length > 0 ? `Of ${of.slice(0, SHOWN_GROUP).join(' · ')}` : '',
    rulesText(firing, incident),
  ]
  return told(keyOf('fired', id), milliseconds(toNs), lines, FIRED_COLOR)
}

/** The rules whose detections lie in the window and on the pods that made it true, as far as the incident holds them, in their order. */
function rulesText({ fromNs, toNs, pods }: IncidentFiring, { evidence }: Incident): string {
  const [from, to] = [BigInt(fromNs), BigInt(toNs)]
  const within = evidence.filter(({ timeNs, namespace, pod }) => {
    const isOfPods = pods.length === 0 || pod === undefined || pods.includes(`${namespace}/${pod}`)
    return isOfPods && BigInt(timeNs) >= from && BigInt(timeNs) <= to
  })
  const rules = [...new Set(within.map(({ rule }) => rule))]
  return rules.length === 0
    ? ''
    : `Seen in that time: ${rules
        .slice(0, SHOWN_RULES)
        .map((rule) => plain(rule, 120))
        .join(' → ')}`
}

function spanText(seconds: number): string {
  if (seconds < 120) return counted(seconds, 'second')
  return seconds < 7200 ? counted(Math.round(seconds / 60), 'minute') : counted(Math.round(seconds / 3600), 'hour')
}

/** Right after the correlation that it belongs to. */
function runbookReplies({ runbook, firings }: Incident): readonly Told[] {
  if (!runbook) return []
  const firing = firings.find(({ correlation }) => correlation === runbook.of)
  return [told(keyOf('runbook', runbook.of), firing ? milliseconds(firing.toNs) + 1 : 0, runbookSteps(runbook).split('\n'))]
}

/** At 10, 100, 1,000 … detections: the highest that was reached, with what the message does not show. */
function repeatReplies({ count, evidence, lastNs, latest, ...incident }: Incident): readonly Told[] {
  if (count < REPEATS_FROM) return []
  const reached = 10 ** Math.min(Math.floor(Math.log10(count)), 12)
  const unseen = evidence.slice(SHOWN_EVIDENCE).slice(-SHOWN_REPEATS)
  const lines = [
    `🔂 *${decimal(reached)} detections* and counting: ${countText({ ...incident, count, evidence, lastNs, latest })}`,
    ...unseen.map(evidenceLine),
    unseen.some(({ id }) => id === latest.id) ? '' : `The latest: ${evidenceLine(latest)}`,
  ]
  return [told(`count-${reached}`, milliseconds(lastNs), lines)]
}

function reopenedReplies({ reopened, acknowledgedBy }: Incident): readonly Told[] {
  if (!reopened) return []
  const why =
    reopened.why === 'worse'
      ? `something worse came after it was acknowledged${acknowledgedBy ? ` by ${plain(acknowledgedBy, 80)}` : ''}`
      : 'it was contained, and now another container is in it'
  return [told(`reopened-${reopened.atMs}`, reopened.atMs, [`🔔 *Open again*: ${why}`], FIRED_COLOR)]
}

function closedReplies({ status, closedBy, closedWhy }: Incident): readonly Told[] {
  if (status !== 'closed') return []
  const who = closedBy ? `by ${plain(closedBy, 80)}` : 'by itself'
  const why = closedWhy ? `: “${plain(closedWhy, 500)}”` : closedBy ? '' : ', after a day without news'
  return [told(keyOf('closed', closedBy, closedWhy), LAST_MS, [`✔️ *Closed* ${who}${why}`])]
}

import { actionNamed } from '../response/actions/index.ts'
import { type Offer, requestOf } from '../response/offer.ts'
import { isUsed, offerTitle } from '../response/offers.ts'
import type { PlannedAction } from '../response/plan.ts'
import type { IncidentView } from '../response/view.ts'
import { actionLine, podOf, reasonText } from './outcome-line.ts'
import { code, counted, date, mention, plain, wholeLines } from './text.ts'

const STATUS_MAX = 2600
const SHOWN_HAPPENED = 8
const SHOWN_ASKED = 5
const SHOWN_SILENCES = 3

/** What the responses did, would do or ask for, what people pressed and said, and what became of it; empty where nothing was. For a section's text. */
export function statusText(view: IncidentView): string {
  const happened = happenedLines(view)
  const earlier = happened.length - SHOWN_HAPPENED
  const lines = [
    ...silenceLines(view),
    ...(earlier > 0 ? [`… ${counted(earlier, 'earlier outcome')}, told in the thread`] : []),
    ...happened.slice(-SHOWN_HAPPENED),
    ...waitingLines(view),
    ...halfLines(view),
    ...askedLines(view),
  ]
  return wholeLines(lines, STATUS_MAX).join('\n')
}

/** `✅ Isolate on … approved by …`, `🚫 … rejected by …` */
export function decisionLine({ request, decision }: PlannedAction): string {
  if (!decision) return ''
  const { kind, user, name, atMs, reason } = decision
  const mark = kind === 'approved' ? '👍' : '🚫'
  const what = `*${plain(offerTitle(request.action), 40)}* of ${podOf(request.target)}`
  return `${mark} ${what} was ${kind} by ${mention(user, name)} ${date(atMs)}${reasonText(reason)}`
}

/** Outcomes and decisions in the order in which they came. */
function happenedLines({ actions, plans, offers, incident }: IncidentView): readonly string[] {
  const begun = new Set(actions.map(({ request }) => request.id))
  const carriedOut = new Set(offers.flatMap(({ offer }) => (offer.plan && begun.has(requestOf(offer)?.id ?? '') ? [offer.plan] : [])))
  const outcomes = actions.map((one) => ({ atMs: one.settledMs ?? one.begunMs ?? 0, line: actionLine(one, incident.pods) }))
  const decisions = plans.flatMap((plan) =>
    // what was approved is told by its outcome
    plan.decision && !carriedOut.has(plan.request.id) ? [{ atMs: plan.decision.atMs, line: decisionLine(plan) }] : [],
  )
  return [...outcomes, ...decisions].toSorted((a, b) => a.atMs - b.atMs).map(({ line }) => line)
}

/** What was pressed and has not begun. */
function waitingLines({ offers, actions, plans }: IncidentView): readonly string[] {
  const begun = new Set(actions.map(({ request }) => request.id))
  const rejected = new Set(plans.flatMap(({ request, decision }) => (decision?.kind === 'rejected' ? [request.id] : [])))
  const waiting = offers.flatMap(({ offer }) => {
    const request = requestOf(offer)
    const isOver = offer.doneMs !== undefined || rejected.has(offer.plan ?? '')
    return request && offer.claim && !isOver && !begun.has(request.id)
      ? [`⏳ ${titleOf(offer)} was pressed by ${personOf(offer.claim)}`]
      : []
  })
  return waiting.slice(-SHOWN_ASKED)
}

function halfLines({ offers }: IncidentView): readonly string[] {
  const halves = offers.flatMap(({ offer }) => {
    const [first] = offer.approvals
    return first && !offer.claim ? [`✋ ${titleOf(offer)}: ${mention(first.user, first.name)} wants it; it takes one more person`] : []
  })
  return halves.slice(-SHOWN_ASKED)
}

/** What responses ask for, or would have done, and nothing was begun of: the same for many pods is one line. */
function askedLines(view: IncidentView): readonly string[] {
  const begun = new Set(view.actions.map(({ request }) => request.id))
  const open = view.plans.filter(
    ({ mode, decision, request }) => mode !== 'enforce' && !decision && !begun.has(request.id) && !isUsed(view, request.action, request.id),
  )
  const groups = Map.groupBy(open, ({ response, mode, people, request }) => JSON.stringify([response, mode, people, request.action]))
  return [...groups.values()].slice(0, SHOWN_ASKED).flatMap(([plan, ...others]) => (plan ? [askedLine(plan, others.length)] : []))
}

function askedLine({ response, mode, people, request }: PlannedAction, more: number): string {
  const verb = plain(actionNamed(request.action)?.title.toLowerCase() ?? request.action, 40)
  const pods = more > 0 ? `${podOf(request.target)} and ${counted(more, 'more pod')}` : podOf(request.target)
  const who = `📋 Response "${plain(response, 100)}"`
  if (mode === 'observe') return `${who} would ${verb} the pod (observing only): ${pods}`
  return `${who} asks for approval to ${verb} the pod${people === 2 ? ', of two people' : ''}, until ${date(request.expiresMs)}: ${pods}`
}

function silenceLines({ silences, incident }: IncidentView): readonly string[] {
  const asked = new Set(silences.map(({ name }) => name))
  const byRules = incident.silenced.filter((name) => !asked.has(name))
  return [
    ...silences.slice(-SHOWN_SILENCES).map(silenceLine),
    ...(byRules.length > 0
      ? [
          `🔇 Part of it is kept quiet by ${byRules
            .slice(0, SHOWN_SILENCES)
            .map((name) => code(name, 80))
            .join(', ')}`,
        ]
      : []),
  ]
}

export function silenceLine({ what, untilMs, by, endedBy }: IncidentView['silences'][number]): string {
  if (endedBy !== undefined) return `🔔 Silence of ${plain(what, 150)} was ended by ${plain(endedBy, 80)}`
  return `🔇 ${plain(what, 150)}: silenced by ${plain(by, 80)} until ${date(untilMs)}`
}

function titleOf({ action }: Offer): string {
  return plain(offerTitle(action), 40)
}

function personOf({ user, name, atMs, reason }: NonNullable<Offer['claim']>): string {
  return `${mention(user, name)} ${date(atMs)}${reasonText(reason)}`
}

import { html } from 'hono/html'
import { actionNamed } from '../response/actions/index.ts'
import { isUsed } from '../response/offers.ts'
import type { PlannedAction } from '../response/plan.ts'
import type { ActionRecord } from '../response/record.ts'
import type { Requester } from '../response/request.ts'
import { actionTitle, code, words } from './pieces.ts'
import { personWords, type Story } from './story.ts'
import { counted, type Html } from './text.ts'
import { moment, spanWords } from './time.ts'

const ACTIONS_SHOWN = 50
const PLANS_SHOWN = 20
const SILENCES_SHOWN = 20

/** What was asked for and done, by whom, why, and what came of it; what still waits for people; and what is kept quiet. */
export function actions(story: Story, nowMs: number): Html {
  const all = story.actions.toSorted((a, b) => timeOf(b) - timeOf(a))
  const waiting = waitingPlans(story)
  const halves = story.offers.filter(({ offer }) => offer.claim === undefined && offer.approvals.length > 0)
  return html`<h2 id="actions">Who did what</h2>
${all.length + waiting.length + halves.length === 0 ? html`<p>Nothing was done, and nothing is asked for.</p>` : ''}
${waiting.slice(0, PLANS_SHOWN).map((plan) => planCard(plan, story, nowMs))}${tooMany(waiting.length, PLANS_SHOWN, 'plan')}
${halves.slice(0, PLANS_SHOWN).map(({ offer: { action, approvals } }) => html`<div class="card"><b>${actionTitle(action)}</b> waits for a second person; ${words(`@${approvals[0]?.name}`, 100)} wants it.</div>`)}
${all.slice(0, ACTIONS_SHOWN).map((record) => actionCard(record, story, nowMs))}${tooMany(all.length, ACTIONS_SHOWN, 'earlier action')}
${silences(story, nowMs)}`
}

/** Those that no action, press or decision has followed. */
function waitingPlans(story: Story): readonly PlannedAction[] {
  const begun = new Set(story.actions.map(({ request }) => request.id))
  return story.plans.filter(
    ({ mode, request, decision }) =>
      mode !== 'enforce' && (decision !== undefined || (!begun.has(request.id) && !isUsed(story, request.action, request.id))),
  )
}

function planCard({ response, mode, request, people, decision }: PlannedAction, story: Story, nowMs: number): Html {
  const { action, target, expiresMs } = request
  const says =
    mode === 'observe' ? 'would (it only observes)' : nowMs < expiresMs ? 'asks for approval to' : 'asked in vain for approval to'
  const until =
    mode === 'approve' && !decision
      ? html` <span class="soft">Until ${moment(expiresMs, nowMs)}${people === 2 ? ', by two people' : ''}.</span>`
      : ''
  const decided =
    decision &&
    html` <b class="${decision.kind === 'approved' ? 'good' : 'bad'}">${decision.kind}</b> by ${words(personWords(story, decision.name), 100)}, ${moment(decision.atMs, nowMs)}${said(decision.reason)}`
  return html`<div class="card"><b>${actionTitle(action)}</b> ${code(`${target.namespace}/${target.pod}`, 400)}: response ${words(response, 200)} ${says} do this.${until}${decided}</div>`
}

const TONES = { done: 'good', undone: 'good', failed: 'bad', refused: 'bad', skipped: 'soft', dry_run: 'soft', expired: 'soft' } as const

function actionCard(record: ActionRecord, story: Story, nowMs: number): Html {
  const { request, outcome, begunMs, settledMs, evidence } = record
  const { action, target, by, reason, dryRun, expiresMs } = request
  const guard = outcome?.state === 'refused' ? html` (${words(outcome.guard, 40)})` : ''
  const state = outcome
    ? html`<b class="${TONES[outcome.state]}">${outcome.state.replaceAll('_', ' ')}</b>${guard}${outcome.why ? html`: ${words(outcome.why, 1000)}` : ''}`
    : html`<b>not settled yet</b>, not to be begun after ${moment(expiresMs, nowMs)}`
  const took =
    begunMs !== undefined && settledMs !== undefined && settledMs >= begunMs
      ? html` <span class="soft">after ${spanWords(settledMs - begunMs)}</span>`
      : ''
  const endsMs = endOf(record)
  return html`<div class="card"><b>${actionTitle(action)}</b> ${code(`${target.namespace}/${target.pod}`, 400)}${dryRun ? ' (only to say what would come of it)' : ''}: ${state}
<div>Asked by ${requester(by, story)}${said(reason)}</div>
<div class="soft">${begunMs === undefined ? '' : html`Begun ${moment(begunMs, nowMs)}. `}${settledMs === undefined ? '' : html`Settled ${moment(settledMs, nowMs)}${took}. `}${endsMs === undefined ? '' : html`Ends by itself ${moment(endsMs, nowMs)}. `}</div>
${evidence ? html`<div>Evidence was taken first: <a href="#captured">see below</a>.</div>` : ''}</div>`
}

function requester(by: Requester, story: Story): Html {
  if (by.kind === 'response') return html`response ${words(by.name, 200)}`
  if (by.kind === 'sweep') return html`the sweep, since time ran out`
  const second = by.first ? html`, whom ${words(personWords(story, `@${by.first.name}`), 100)} had asked` : ''
  return html`${words(`@${by.name}`, 100)}${second}`
}

/** When it is undone by itself, while it is in force. */
function endOf({ request, outcome, begunMs, undoneBy }: ActionRecord): number | undefined {
  const action = actionNamed(request.action)
  if (!action || outcome?.state !== 'done' || begunMs === undefined || undoneBy !== undefined) return undefined
  if (action.problemWith(request.parameters) !== undefined) return undefined
  const seconds = action.lifetimeSeconds(request.parameters)
  return seconds === undefined ? undefined : begunMs + seconds * 1000
}

function silences(story: Story, nowMs: number): Html {
  const { silences: all } = story
  if (all.length === 0) return html``
  const cards = all.slice(0, SILENCES_SHOWN).map(({ name, what, untilMs, by, atMs, endedBy }) => {
    const state =
      endedBy === undefined
        ? nowMs < untilMs
          ? html`until ${moment(untilMs, nowMs)}`
          : html`ended ${moment(untilMs, nowMs)}`
        : html`ended by ${words(personWords(story, endedBy), 100)}`
    return html`<div class="card">${words(what, 400)}: ${state}<div class="soft">Asked by ${words(personWords(story, by), 100)}, ${moment(atMs, nowMs)}; ${code(name, 200)}</div></div>`
  })
  return html`<h3>Kept quiet</h3>${cards}${tooMany(all.length, SILENCES_SHOWN, 'silence')}`
}

function tooMany(count: number, most: number, what: string): Html {
  return count > most ? html`<p class="note">${counted(count - most, what)} are left out.</p>` : html``
}

function said(reason: string | undefined): Html {
  return reason === undefined || reason === '' ? html`` : html`; reason: ${words(reason, 500)}`
}

function timeOf({ settledMs, begunMs }: ActionRecord): number {
  return begunMs ?? settledMs ?? 0
}

import { html } from 'hono/html'
import type { Evidence } from '../detection/evidence.ts'
import { milliseconds } from '../detection/time.ts'
import type { IncidentFiring } from '../incident/incident.ts'
import type { JournalLine } from '../incident/journal.ts'
import { chart } from './chart.ts'
import { actionTitle, code, words } from './pieces.ts'
import { personWords, type Story } from './story.ts'
import { counted, type Html } from './text.ts'
import { at, spanWords } from './time.ts'

/** Of a journal that has more lines, so many of its beginning and of its end are shown. */
const FIRST_SHOWN = 50
const LAST_SHOWN = 150

type Entry = { readonly atMs: number; readonly order: number; readonly body: Html }

/** All that happened, in its order: what was seen by its own time, what was decided, pressed and done by the journal's. */
export function timeline(story: Story): Html {
  const { incident } = story
  const lines = journalLines(story)
  const left = lines.length - FIRST_SHOWN - LAST_SHOWN
  const shownLines = left > 0 ? [...lines.slice(0, FIRST_SHOWN), ...lines.slice(-LAST_SHOWN)] : lines
  const entries = [
    ...incident.evidence.map(seen),
    ...incident.firings.map(cameTrue),
    ...shownLines.map((line) => written(line, story)),
  ].toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)
  const notes = [
    ...(incident.count > incident.evidence.length
      ? [`${counted(incident.count - incident.evidence.length, 'more detection')} were counted, and are not kept one by one.`]
      : []),
    ...(left > 0 ? [`${counted(left, 'line')} of the journal in between are not shown.`] : []),
    ...(story.isJournalCut ? ['The journal of this incident has 1,000 lines or more; not all were read.'] : []),
  ]
  return html`<h2 id="timeline">What happened</h2>${chart(story)}
${notes.map((note) => html`<p class="note">${note}</p>`)}
<ol class="line">${entries.map(({ atMs, body }, index) => html`<li>${when(atMs, entries[index - 1]?.atMs)} ${body}</li>`)}</ol>`
}

/** The day is said where it is another than before. */
function when(ms: number, beforeMs: number | undefined): Html {
  const isSameDay = beforeMs !== undefined && Math.floor(ms / 86_400_000) === Math.floor(beforeMs / 86_400_000)
  return at(ms, { precise: true, day: !isSameDay })
}

/** Without those that say what the incident's own firings say, at a better time. */
function journalLines({ journal, incident }: Story): readonly JournalLine[] {
  const told = new Set(incident.firings.map(({ id }) => `fired-${id}`))
  return journal.filter(({ id }) => !told.has(id))
}

function seen({ rule, timeNs, command, process, file, connection }: Evidence): Entry {
  const what = [command ?? process, file, connection].filter((text) => text !== undefined)
  const body = html`<span class="what">${words(rule)}</span> was seen${what.length > 0 ? html`: ${what.map((text) => html`${code(text, 200)} `)}` : ''}`
  return { atMs: milliseconds(timeNs), order: 0, body }
}

function cameTrue({ correlation, fromNs, toNs, hits }: IncidentFiring): Entry {
  const body = html`Correlation <span class="what">${words(correlation)}</span> came true: ${counted(hits, 'detection')} within ${spanWords(milliseconds(toNs) - milliseconds(fromNs))}`
  return { atMs: milliseconds(toNs), order: 1, body }
}

const KINDS: Readonly<Record<JournalLine['kind'], string>> = {
  incident: 'Incident',
  planned: 'Response',
  press: 'Press',
  action: 'Action',
  outcome: 'Outcome',
  expiry: 'Expiry',
  silence: 'Silence',
  command: 'Command',
  delivery: 'Delivery',
  operator: 'Operator',
  refused_input: 'Refused input',
}
/** What leads to what, where both were written in the same millisecond. */
const ORDER: ReadonlySet<JournalLine['kind']> = new Set(['incident', 'planned', 'press', 'action', 'outcome'])
/** Why a press was in vain, for who reads of it later. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['not_permitted', 'No permission in the rules allows this person to press it there.'],
  ['wrong_workspace', 'No permission covers the Slack app and workspace that it came from.'],
  ['already_pressed', 'Somebody else had pressed it before.'],
  ['same_person', 'It takes two people, and this person had pressed it before.'],
  ['unknown_button', 'No such button is known; it may have been too old.'],
  ['expired', 'The button had expired.'],
  ['closed', 'The incident was closed by then.'],
  ['changed', 'The incident had become worse than what this person had been shown.'],
  ['other_choice', 'It takes two people who choose the same.'],
  ['two_to_silence', 'A silence takes two people.'],
  ['already_decided', 'It had been approved or rejected before.'],
])
/** What a line's outcome says of it, at one look. */
const GOOD = new Set(['done', 'accepted', 'undone', 'approved'])
const BAD = new Set(['refused', 'failed'])

function written(line: JournalLine, story: Story): Entry {
  const { kind, what, by, outcome, why, at: atMs, action } = line
  const tone = outcome === undefined ? '' : GOOD.has(outcome) ? 'good' : BAD.has(outcome) ? 'bad' : 'soft'
  const who = by === undefined || kind === 'planned' ? '' : html` by ${words(personWords(story, by), 150)}`
  const said = kind === 'press' && action !== undefined ? html`${actionTitle(action)} was pressed` : words(what, 400)
  const outcomeWord = outcome === undefined ? '' : html`: <b class="${tone}">${words(outcome.replaceAll('_', ' '), 40)}</b>`
  const reason = kind === 'press' && why !== undefined ? (REFUSALS.get(why) ?? why.replaceAll('_', ' ')) : (why ?? reasonOf(line, story))
  const body = html`<span class="what">${KINDS[kind]}</span> ${said}${who}${outcomeWord}${reason === undefined ? '' : html` <span class="said soft">${words(reason, 500)}</span>`}`
  return { atMs, order: ORDER.has(kind) ? 2 + [...ORDER].indexOf(kind) : 9, body }
}

/** Of a press that was taken: what the person gave as a reason. */
function reasonOf({ id }: JournalLine, { offers }: Story): string | undefined {
  const reason = offers.find(({ offer }) => id === `press-${offer.nonce}`)?.offer.claim?.reason
  return reason === undefined ? undefined : `Reason: ${reason}`
}

import { html } from 'hono/html'
import { milliseconds } from '../detection/time.ts'
import type { IncidentFiring } from '../incident/incident.ts'
import { code, severityBadge, words } from './pieces.ts'
import type { Story } from './story.ts'
import { counted, type Html } from './text.ts'
import { at, atNs, spanWords } from './time.ts'

const WIDTH = 1000
/** What is too short to be seen is as wide as this. */
const LEAST = 5
const MARKS_SHOWN = 200

type Axis = { readonly fromMs: number; readonly toMs: number }
type Mark = { readonly atMs: number; readonly fill: string }

/** Lanes over one axis, from the first detection to the last thing that happened: detections, each correlation's window, what people pressed, and what
 *  came of actions. To scale. */
export function chart(story: Story): Html {
  const { incident, journal } = story
  const detections = incident.evidence.map(({ timeNs, severity }): Mark => ({ atMs: milliseconds(timeNs), fill: `f${severity}` }))
  const presses = journal.flatMap(({ kind, at: atMs, outcome }): Mark[] =>
    kind === 'press' ? [{ atMs, fill: outcome === 'refused' ? 'fbad' : 'fgood' }] : [],
  )
  const outcomes = journal.flatMap(({ kind, at: atMs, outcome }): Mark[] =>
    kind === 'outcome' ? [{ atMs, fill: outcome === 'done' || outcome === 'undone' ? 'fgood' : 'fbad' }] : [],
  )
  const times = [
    ...[...detections, ...presses, ...outcomes].map(({ atMs }) => atMs),
    ...[incident.firstNs, incident.lastNs, ...incident.firings.flatMap(({ fromNs, toNs }) => [fromNs, toNs])].map(milliseconds),
  ]
  const axis = { fromMs: times.reduce((a, b) => Math.min(a, b)), toMs: times.reduce((a, b) => Math.max(a, b)) }
  const of = incident.count > detections.length ? `, ${counted(detections.length, 'one', 'of them')} drawn` : ''
  return html`<div class="ends"><span>${at(axis.fromMs)}</span><span>${spanWords(axis.toMs - axis.fromMs)}</span><span>${at(axis.toMs)}</span></div>
${lane(html`${counted(incident.count, 'detection')}${of}`, ticks(detections, axis))}
${incident.firings.map((firing) => windowLane(firing, axis))}
${presses.length > 0 ? lane(html`${counted(presses.length, 'press', 'presses')}, those refused in red`, ticks(presses, axis)) : ''}
${outcomes.length > 0 ? lane(html`${counted(outcomes.length, 'outcome')} of actions, those done in green`, ticks(outcomes, axis)) : ''}`
}

function windowLane({ correlation, severity, fromNs, toNs, hits, pods, group }: IncidentFiring, axis: Axis): Html {
  const [from, to] = [milliseconds(fromNs), milliseconds(toNs)]
  const x = place(from, axis)
  const width = Math.max(LEAST, place(to, axis) - x)
  const bar = html`<rect class="f${severity}" x="${Math.min(x, WIDTH - width)}" y="2" width="${width}" height="12"/>`
  const label = html`${severityBadge(severity)} <b>${words(correlation, 200)}</b> came true: ${counted(hits, 'detection')} within ${spanWords(to - from)}`
  const details = html`<details><summary class="soft">From, to, pods</summary><p>${atNs(fromNs)} to ${atNs(toNs)}</p>
${pods.length > 0 ? html`<p>Pods: ${pods.map((pod) => html`${code(pod, 400)} `)}</p>` : ''}
${group.length > 0 ? html`<p>Grouped by: ${group.map((one) => html`${code(one, 200)} `)}</p>` : ''}</details>`
  return lane(label, bar, details)
}

/** What is drawn stands in words beside it: for who does not see it, there is nothing more in it. */
function lane(label: Html, drawn: Html | readonly Html[], more: Html | '' = ''): Html {
  return html`<div class="lane"><p>${label}</p><svg viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">${drawn}</svg>${more}</div>`
}

function ticks(marks: readonly Mark[], axis: Axis): readonly Html[] {
  return marks.slice(-MARKS_SHOWN).map(({ atMs, fill }) => {
    const x = Math.min(place(atMs, axis), WIDTH - LEAST)
    return html`<rect class="${fill}" x="${x}" y="2" width="${LEAST}" height="12"/>`
  })
}

/** Where on the axis a time is, of 1,000. */
function place(ms: number, { fromMs, toMs }: Axis): number {
  return toMs > fromMs ? Math.round(((ms - fromMs) / (toMs - fromMs)) * WIDTH) : 0
}

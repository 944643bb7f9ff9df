import { html } from 'hono/html'
import { SEVERITY_NAMES } from '../detection/detection.ts'
import { actions } from './actions.ts'
import { around } from './around.ts'
import { captured } from './captured.ts'
import { documentOf } from './document.ts'
import { evidenceTable } from './evidence-table.ts'
import { incidentFacts, incidentHead } from './incident-head.ts'
import type { Story } from './story.ts'
import { capital, type Html } from './text.ts'
import { timeline } from './timeline.ts'

const SECTIONS = [
  ['facts', 'Facts'],
  ['timeline', 'What happened'],
  ['actions', 'Who did what'],
  ['evidence', 'What was seen'],
  ['around', 'Around it'],
  ['unread', 'What was not read'],
] as const

/** `isOpen`: no link is needed here, so there is a way to the list and to other incidents. */
type Opened = { readonly nowMs: number; readonly isOpen: boolean }

/** One incident, all of it on one page. */
export function incidentPage(story: Story, { nowMs, isOpen }: Opened): Html {
  const { title, severity } = story.incident
  const sections = SECTIONS.filter(([id]) => id !== 'unread' || story.context)
  const main = html`${incidentHead(story, nowMs)}
<nav aria-label="On this page"><ul class="jump">${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${incidentFacts(story, nowMs)}
${timeline(story)}
${actions(story, nowMs)}
${evidenceTable(story)}
${captured(story)}
${around(story, nowMs, isOpen ? (id) => encodeURIComponent(id) : undefined)}`
  const nav = isOpen ? html`<a href="../incidents">All incidents</a>` : undefined
  return documentOf({ title: `${capital(SEVERITY_NAMES[severity])}: ${title}`, nowMs, main, nav })
}

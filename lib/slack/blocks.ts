import { SEVERITY_NAMES } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'
import type { ChatMessage } from '../port/chat.ts'
import type { Offer } from '../response/offer.ts'
import type { IncidentView } from '../response/view.ts'
import { buttons } from './buttons.ts'
import { graveText, otherTexts } from './context-text.ts'
import { factsOf, placeOf } from './facts.ts'
import { context, fields, header, laidOut, type Part, section } from './layout.ts'
import { mitreText } from './mitre-names.ts'
import { runbookText } from './runbook.ts'
import { countText, seenText } from './seen.ts'
import { SEVERITY_COLORS, SEVERITY_MARKS } from './severity.ts'
import { statusText } from './status.ts'
import { capital, code, link, plain, unformatted } from './text.ts'

const STATUS_COLORS: Readonly<Partial<Record<Incident['status'], string>>> = {
  acknowledged: '#ffbf00',
  contained: '#2e7d32',
  closed: '#9aa0a6',
}

/** `link`: the address of the incident's page. */
export type MessageExtras = { readonly link?: string }

/** The incident's one message, from what the table holds; pure. Every text of an attacker is escaped and cut, each for what Slack takes in its place, and
 *  where all together is too long the least telling blocks are left out (layout.ts). Source: Slack, Block Kit reference. */
export function incidentMessage(view: IncidentView, offers: readonly Offer[], { link: page }: MessageExtras = {}): ChatMessage {
  const { incident } = view
  const isClosed = incident.status === 'closed'
  const severity = capital(SEVERITY_NAMES[incident.severity])
  const parts = isClosed ? closedParts(view, page) : openParts(view, page)
  const drawn = buttons(view, offers).map((block): Part => ({ rank: 1, block }))
  return {
    text: `${isClosed ? 'Closed: ' : ''}${severity}: ${plain(incident.title)} on ${plain(placeOf(incident))} (${incident.status})`,
    color: colorOf(incident),
    blocks: laidOut([...parts, ...drawn]),
  }
}

/** By severity, until somebody has taken it up. */
export function colorOf({ severity, status }: Incident): string {
  return STATUS_COLORS[status] ?? SEVERITY_COLORS[severity]
}

function openParts(view: IncidentView, page: string | undefined): readonly Part[] {
  const { incident, context: known } = view
  const severity = capital(SEVERITY_NAMES[incident.severity])
  return [
    header(unformatted(`${SEVERITY_MARKS[incident.severity]} ${severity}: ${incident.title}`, 150)),
    ...fields(2, factsOf(view)),
    ...section(1, seenText(incident)),
    ...section(4, known ? graveText(known, incident.subject.kind) : ''),
    ...section(3, statusText(view)),
    ...section(6, incident.runbook ? runbookText(incident.runbook) : ''),
    ...context(7, known ? otherTexts(known) : []),
    ...context(5, [mitreText(incident.mitre), page === undefined ? '' : link(page, 'Timeline')]),
  ]
}

/** What was, in a few lines: who closed it and why, and what was done. */
function closedParts(view: IncidentView, page: string | undefined): readonly Part[] {
  const { incident } = view
  const severity = SEVERITY_NAMES[incident.severity]
  const { closedBy, closedWhy } = incident
  const who = closedBy ? `by ${plain(closedBy, 80)}` : 'by itself'
  const why = closedWhy ? `: “${plain(closedWhy, 500)}”` : closedBy ? '' : ', after a day without news'
  const place = `${code(placeOf(incident), 260)} in ${code(incident.subject.cluster, 80)}`
  return [
    header(unformatted(`✔️ Closed: ${incident.title}`, 150)),
    ...section(1, `~${plain(incident.title, 200)}~ was closed ${who}${why}`),
    ...section(3, statusText(view)),
    ...context(2, [
      `${capital(severity)} · ${place}`,
      countText(incident),
      mitreText(incident.mitre),
      page === undefined ? '' : link(page, 'Timeline'),
    ]),
  ]
}

import { html } from 'hono/html'
import { milliseconds } from '../detection/time.ts'
import { Incident } from '../incident/incident.ts'
import { dayOf } from '../incident/index-by-day.ts'
import { documentOf } from './document.ts'
import { LINK } from './link.ts'
import { type ListQuery, listQueryText } from './list-query.ts'
import { code, placeOf, severityBadge, stateBadge, words } from './pieces.ts'
import type { IncidentList } from './read-list.ts'
import { capital, counted, type Html } from './text.ts'
import { agoWords, at } from './time.ts'

/** `token`: what the page itself was opened with. `linkOf`: what stands behind an incident's address. */
type Opened = { readonly nowMs: number; readonly token: string | undefined; readonly linkOf: (id: string) => string }

/** The incidents by day, what began last first. Addresses are relative: the page may be served under any path. */
export function listPage(list: IncidentList, query: ListQuery, { nowMs, token, linkOf }: Opened): Html {
  const link = token === undefined ? undefined : { name: LINK, token }
  const addressOf = (changed: ListQuery): string => listQueryText({ ...query, before: undefined, ...changed }, link)
  const days = Map.groupBy(list.incidents, ({ firstNs }) => dayOf(milliseconds(firstNs)))
  const older = list.next && html`<p class="older"><a href="${addressOf({ before: list.next })}">Older</a></p>`
  const main = html`<h1>Incidents</h1>
${filters(query, addressOf)}
${query.before ? html`<p class="older"><a href="${addressOf({})}">Back to the newest</a></p>` : ''}
${list.incidents.length === 0 ? html`<p>${nothing(list)}</p>` : ''}
${[...days].map(([day, incidents]) => html`<h2><time datetime="${day}">${day}</time></h2><ul class="bare">${incidents.map((one) => card(one, nowMs, linkOf))}</ul>`)}
${notes(list)}${older}`
  return documentOf({ title: 'Incidents', nowMs, main })
}

function filters({ status, severity }: ListQuery, addressOf: (changed: ListQuery) => string): Html {
  const choice = (name: string, address: string, isChosen: boolean) =>
    html`<li><a href="${address}"${isChosen ? html` aria-current="true"` : ''}>${name}</a></li>`
  const states = Incident.shape.status.options.map((one) => choice(capital(one), addressOf({ status: one }), status === one))
  const severities = (['critical', 'high', 'medium', 'low'] as const).map((one) =>
    choice(one === 'critical' ? 'Critical' : `${capital(one)} or worse`, addressOf({ severity: one }), severity === one),
  )
  const isOther = severity !== undefined && ['informational', 'unknown'].includes(severity)
  return html`<nav aria-label="State"><ul class="filter"><li>State</li>${choice('All', addressOf({ status: undefined }), !status)}${states}</ul></nav>
<nav aria-label="Severity"><ul class="filter"><li>Severity</li>${choice('All', addressOf({ severity: undefined }), !severity || isOther)}${severities}</ul></nav>`
}

function card(incident: Incident, nowMs: number, linkOf: (id: string) => string): Html {
  const { id, title, severity, status, count, firstNs, lastNs, subject } = incident
  const [firstMs, lastMs] = [milliseconds(firstNs), milliseconds(lastNs)]
  return html`<li class="card c${severity}">${severityBadge(severity)} ${stateBadge(status)}
<h3><a href="incidents/${encodeURIComponent(id)}${linkOf(id)}">${words(title, 200)}</a></h3>
${code(placeOf(incident), 200)} <span class="soft">in cluster</span> ${code(subject.cluster, 100)}
<div class="soft">${counted(count, 'detection')}, began ${at(firstMs)}, ${agoWords(firstMs, nowMs)}${count > 1 ? `; the last ${agoWords(lastMs, nowMs)}` : ''}</div></li>`
}

function nothing({ next }: IncidentList): string {
  return next ? 'None of those that were looked at. There are older ones.' : 'No incident, or none that is asked for.'
}

function notes({ next, lookedAt, unreadable, cutDays, incidents }: IncidentList): Html {
  const lines = [
    ...(next && incidents.length < lookedAt ? [`${counted(lookedAt, 'incident')} were looked at for this page.`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'incident')} cannot be read by this version.`] : []),
    ...cutDays.map((day) => `On ${day} there were more incidents than can be put in order; some are not listed.`),
  ]
  return html`${lines.map((line) => html`<p class="note">${line}</p>`)}`
}

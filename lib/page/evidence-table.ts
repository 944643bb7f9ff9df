import { html } from 'hono/html'
import type { Evidence } from '../detection/evidence.ts'
import { code, mitreLinks, severityBadge, words } from './pieces.ts'
import type { Story } from './story.ts'
import { counted, decimal, type Html } from './text.ts'
import { atNs } from './time.ts'

const FIELDS_SHOWN = 30

/** The detections that are kept, each with what it showed. A table that stays one for who hears it when it is drawn as cards. */
export function evidenceTable({ incident: { evidence, count } }: Story): Html {
  const more = count - evidence.length
  return html`<h2 id="evidence">What was seen</h2>
${more > 0 ? html`<p class="note">${counted(evidence.length, 'detection')} of ${decimal(count)}: the first, and the worst wherever it came.</p>` : ''}
<table role="table"><thead role="rowgroup"><tr role="row">${['Time', 'Rule', 'What', 'Where'].map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${evidence.map(row)}</tbody></table>`
}

function row(one: Evidence): Html {
  const { rule, severity, timeNs, mitre = [], message, priority, agent, source, tags = [], fields = {} } = one
  const cell = (label: string, content: Html) => html`<td role="cell" data-label="${label}">${content}</td>`
  const native = [agent, source, priority].filter((text) => text !== undefined && text !== '').join(', ')
  const shownFields = Object.entries(fields).slice(0, FIELDS_SHOWN)
  const details = html`<details><summary>In the agent’s words</summary><p>${code(message, 1000)}</p>
${native ? html`<p class="soft">${words(native, 200)}</p>` : ''}${tags.length > 0 ? html`<p class="soft">Tags: ${words(tags.join(', '), 400)}</p>` : ''}
${shownFields.length > 0 ? pairs(shownFields.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)])) : ''}</details>`
  return html`<tr role="row">${cell('Time', atNs(timeNs))}
${cell('Rule', html`${severityBadge(severity)} ${words(rule)}${mitre.length > 0 ? html` <span class="soft">${mitreLinks(mitre.slice(0, 5))}</span>` : ''}`)}
${cell('What', html`${what(one)}${details}`)}
${cell('Where', where(one))}</tr>`
}

function what({ process, command, file, connection, user }: Evidence): Html {
  return pairs([
    ['Command', command],
    ['Process', process],
    ['File', file],
    ['Connection', connection],
    ['User', user],
  ])
}

function where({ namespace, pod, podUid, containerId, image, node }: Evidence): Html {
  return pairs([
    ['Pod', pod === undefined ? undefined : `${namespace ?? ''}/${pod}`],
    ['UID', podUid],
    ['Container', containerId],
    ['Image', image],
    ['Node', node],
  ])
}

/** What is known, under its name. */
function pairs(all: readonly (readonly [string, string | undefined])[]): Html {
  const known = all.flatMap(([name, text]) => (text === undefined || text === '' ? [] : [[name, text] as const]))
  if (known.length === 0) return html`<span class="soft">not said</span>`
  return html`<dl class="facts inline">${known.map(([name, text]) => html`<div><dt>${words(name, 80)}</dt><dd>${code(text, 1000)}</dd></div>`)}</dl>`
}

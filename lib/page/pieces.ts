import { html } from 'hono/html'
import { SEVERITY_NAMES, type Severity } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'
import { offerTitle } from '../response/offers.ts'
import { capital, type Html, shown } from './text.ts'

export function severityBadge(severity: Severity): Html {
  return html`<span class="badge s${severity}">${capital(SEVERITY_NAMES[severity])}</span>`
}

export function stateBadge(status: Incident['status']): Html {
  return html`<span class="badge state">${capital(status)}</span>`
}

/** Another's text as it is, apart from the line around it. */
export function code(text: string, max = 300): Html {
  return html`<code>${shown(text, max)}</code>`
}

export function words(text: string, max = 300): Html {
  return html`<bdi>${shown(text, max)}</bdi>`
}

/** The technique's or tactic's page at MITRE; of what is no such id, the text. */
export function mitreLink(id: string): Html {
  if (!/^(TA\d{4}|T\d{4}(\.\d{3})?)$/.test(id)) return code(id, 20)
  const path = `${id.startsWith('TA') ? 'tactics' : 'techniques'}/${id.replace('.', '/')}/`
  return html`<a href="https://attack.mitre.org/${path}" rel="noreferrer noopener">${id}</a>`
}

export function mitreLinks(ids: readonly string[]): readonly Html[] {
  return joined(ids.map(mitreLink))
}

/** With commas between. */
export function joined(parts: readonly Html[]): readonly Html[] {
  return parts.map((part, at) => html`${at > 0 ? ', ' : ''}${part}`)
}

/** An action by the word on its button; by its name where there is no such action. */
export function actionTitle(action: string): Html {
  return words(offerTitle(action), 40)
}

/** What the incident is about, in a few words. */
export function placeOf({ subject, pods }: Pick<Incident, 'subject' | 'pods'>): string {
  const [only] = pods.names
  if (only !== undefined && pods.seen.length === 1) return only
  if (subject.workload !== undefined) return `${subject.namespace}/${subject.workload}`
  return subject.user ?? subject.namespace ?? subject.node ?? subject.container ?? subject.cluster
}

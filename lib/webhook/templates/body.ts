import type { SettingsOf, Webhook } from '../../route/webhook.ts'
import { isPlaceholder, type Placeholder, textParts } from '../../route/webhook-body.ts'
import { changeOf } from '../change.ts'
import type { IncidentEvent } from '../incident-event.ts'
import { jsonRequest, type Template } from '../template.ts'

type Body = Extract<Webhook, { template: 'body' }>['body']

/** A JSON tree of the user's own, with what is known of the incident put in. */
export const bodyTemplate = (body: Body): Template<SettingsOf<'body'>> => {
  return (now) => {
    const change = changeOf(now, now.settings.updates)
    if (!change) return undefined
    const request = jsonRequest(now.settings.method, now.url, filled(body, now.event))
    return { name: 'body', id: change.id, request, keeps: change.keeps, ...(change.type === 'updated' ? {} : { said: change.type }) }
  }
}

/** The tree with its placeholders replaced. A text that is one placeholder alone becomes its value (a number, a list; null where there is none); within other
 *  words it is text, lists joined by commas. It stays one JSON tree whatever is put in. */
export function filled(tree: unknown, event: IncidentEvent): unknown {
  if (typeof tree === 'string') return filledText(tree, event)
  if (Array.isArray(tree)) return tree.map((one) => filled(one, event))
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, filled(value, event)]))
}

function filledText(text: string, event: IncidentEvent): unknown {
  const parts = textParts(text)
  const [only] = parts
  if (parts.length === 1 && only && 'placeholder' in only) return valueAt(only.placeholder, event) ?? null
  return parts.map((part) => ('text' in part ? part.text : words(valueAt(part.placeholder, event)))).join('')
}

function words(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value.join(', ') : JSON.stringify(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function valueAt(name: string, event: IncidentEvent): unknown {
  return isPlaceholder(name) ? VALUES[name](event) : undefined
}

const VALUES: Readonly<Record<Placeholder, (event: IncidentEvent) => unknown>> = {
  incident: (event) => event,
  'incident.id': ({ id }) => id,
  'incident.title': ({ title }) => title,
  'incident.summary': ({ summary }) => summary,
  'incident.severity.number': ({ severity }) => severity.number,
  'incident.severity.name': ({ severity }) => severity.name,
  'incident.status': ({ status }) => status,
  'incident.subject.kind': ({ subject }) => subject.kind,
  'incident.subject.name': ({ subject }) => subject.name,
  'incident.place.cluster': ({ place }) => place.cluster,
  'incident.place.namespace': ({ place }) => place.namespace,
  'incident.place.workload': ({ place }) => place.workload,
  'incident.place.pod': ({ place }) => place.pod,
  'incident.place.container': ({ place }) => place.container,
  'incident.place.image': ({ place }) => place.image,
  'incident.place.node': ({ place }) => place.node,
  'incident.place.user': ({ place }) => place.user,
  'incident.counts.detections': ({ counts }) => counts.detections,
  'incident.counts.pods': ({ counts }) => counts.pods,
  'incident.times.first': ({ times }) => times.first,
  'incident.times.last': ({ times }) => times.last,
  'incident.times.opened': ({ times }) => times.opened,
  'incident.times.updated': ({ times }) => times.updated,
  'incident.rules': ({ rules }) => rules,
  'incident.correlations': ({ correlations }) => correlations,
  'incident.mitre': ({ mitre }) => mitre,
  'incident.evidence': ({ evidence }) => evidence,
  'incident.actions': ({ actions }) => actions,
  'incident.acknowledged.by': ({ acknowledged }) => acknowledged?.by,
  'incident.closed.by': ({ closed }) => closed?.by,
  'incident.closed.why': ({ closed }) => closed?.why,
  'incident.link': ({ link }) => link,
}

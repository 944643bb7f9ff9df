import type { SettingsOf } from '../../route/webhook.ts'
import { changeOf } from '../change.ts'
import { jsonRequest, type Template } from '../template.ts'

/** CloudEvents 1.0, structured JSON: the whole incident each time. The id is the same when it is sent again; `sequence` counts the events of an incident
 *  on this route, and sorts as text. Sources: CloudEvents 1.0.2, its JSON format and HTTP binding, and the extension "sequence". */
export const cloudevents: Template<SettingsOf<'cloudevents'>> = (now) => {
  const { event, url, settings } = now
  const change = changeOf(now, settings.updates)
  if (!change) return undefined
  const body = {
    specversion: '1.0',
    id: change.id,
    source: settings.source ?? `urn:creance:cluster:${encodeURIComponent(event.place.cluster)}`,
    type: `dev.creance.incident.${change.type}`,
    subject: event.id,
    time: event.times.updated,
    datacontenttype: 'application/json',
    sequence: String(change.number).padStart(10, '0'),
    data: event,
  }
  const request = jsonRequest('POST', url, body, { 'content-type': 'application/cloudevents+json; charset=utf-8' })
  return { name: 'event', id: change.id, request, keeps: change.keeps, ...(change.type === 'updated' ? {} : { said: change.type }) }
}

import { SEVERITY_NAMES } from '../../detection/detection.ts'
import { contentId } from '../../detection/id.ts'
import type { SettingsOf } from '../../route/webhook.ts'
import { actionLines, evidenceLines } from '../describe.ts'
import { statusWords } from '../news.ts'
import { below, jsonRequest, type Situation, shownId, type Template } from '../template.ts'
import { linesWithin, oneLine } from '../text.ts'

/** An open incident is an alert until so long after its last news: an incident without news is closed before that. */
const LASTS_MS = 48 * 3600_000

/** An alert of Alertmanager's by its labels: fires until the incident is closed. The severity is one of the labels, to route by; when it rises, the alert of
 *  the lower one is resolved in the same request. Source: Alertmanager, OpenAPI v2 (`postAlerts`), and "Alerts API". */
export const alertmanager: Template<SettingsOf<'alertmanager'>> = (now) => {
  const { event, kept, url } = now
  const shown = shownId(event)
  const tried = (kept.tried ?? '').split(' ').filter((name) => name !== '')
  const isClosed = event.status === 'closed'
  if (kept.shown === shown || (isClosed && tried.length === 0)) return undefined
  const firing = isClosed ? [] : [event.severity.name]
  const over = SEVERITY_NAMES.filter((name) => tried.includes(name) && !firing.includes(name))
  const alerts = [...firing.map((name) => alertOf(now, name, now.nowMs + LASTS_MS)), ...over.map((name) => alertOf(now, name, now.nowMs))]
  const said = isClosed ? 'resolved' : kept.shown === undefined || kept.status === 'closed' ? 'fired' : undefined
  return {
    name: 'alerts',
    id: contentId(event.id, 'alerts', shown),
    ...(said ? { said } : {}),
    request: jsonRequest('POST', below(url, '/api/v2/alerts'), alerts),
    tries: { tried: [...new Set([...tried, ...firing])].join(' ') },
    keeps: { shown, status: event.status, tried: firing.join(' ') },
  }
}

function alertOf({ event, settings, nowMs }: Situation<SettingsOf<'alertmanager'>>, severity: string, endsMs: number) {
  const { place, subject, times, link } = event
  const startsMs = Math.min(Date.parse(times.first), nowMs)
  const labels: Readonly<Record<string, string>> = {
    ...settings.labels,
    alertname: 'CreanceIncident',
    incident: event.id.slice(0, 200),
    severity,
    cluster: oneLine(place.cluster, 200),
    subject_kind: subject.kind,
    subject: oneLine(subject.name, 200),
  }
  return {
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')),
    annotations: {
      summary: oneLine(event.summary, 500),
      status: statusWords(event),
      evidence: linesWithin(evidenceLines(event), 4000),
      actions: linesWithin(actionLines(event), 3000),
    },
    startsAt: new Date(startsMs).toISOString(),
    endsAt: new Date(Math.max(endsMs, startsMs)).toISOString(),
    ...(link ? { generatorURL: link } : {}),
  }
}

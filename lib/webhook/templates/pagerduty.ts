import { contentId } from '../../detection/id.ts'
import type { SettingsOf } from '../../route/webhook.ts'
import { actionLines, evidenceLines, factsOf } from '../describe.ts'
import type { IncidentEvent } from '../incident-event.ts'
import { newsSince } from '../news.ts'
import { jsonRequest, type Kept, type Situation, type Step, type Template } from '../template.ts'
import { linesWithin, oneLine } from '../text.ts'

const SEVERITIES = ['info', 'info', 'warning', 'warning', 'error', 'critical'] as const

/** An alert of PagerDuty's by the incident's id: triggered, and again on what people want to know at once; acknowledged; resolved when the incident is closed.
 *  Within its limits: summary 1,024 characters, dedup key 255, the whole 512 KB. Source: PagerDuty, Events API v2, "Send an alert event". */
export const pagerduty: Template<SettingsOf<'pagerduty'>> = (now) => {
  const { event, kept } = now
  const isOpen = kept.alert === 'open' || kept.alert === 'acknowledged'
  if (event.status === 'closed') {
    if (kept.tried === undefined || kept.alert === 'resolved') return undefined
    return step(now, 'resolve', { alert: 'resolved', status: 'closed' })
  }
  const { lines, keeps } = newsSince(kept, event)
  if (event.status === 'acknowledged' && kept.alert === 'open')
    return step(now, 'acknowledge', { alert: 'acknowledged', status: event.status })
  if (isOpen && lines.length === 0) return undefined
  return step(now, 'trigger', { ...keeps, ...(isOpen ? {} : { alert: 'open' }) }, lines)
}

function step({ event, kept, secret, url }: Situation<unknown>, action: string, keeps: Kept, lines: readonly string[] = []): Step {
  const body = {
    routing_key: secret,
    event_action: action,
    dedup_key: `creance-${event.id.slice(0, 200)}`,
    ...(action === 'trigger' ? triggered(event, lines) : {}),
  }
  return {
    name: action,
    id: contentId(event.id, action, lines, kept.alert ?? ''),
    ...(action === 'trigger' && kept.alert === 'open' ? {} : { said: action }),
    request: jsonRequest('POST', url, body),
    tries: { tried: 'yes' },
    keeps,
  }
}

function triggered(event: IncidentEvent, lines: readonly string[]) {
  const { severity, place, times, rules, correlations, link } = event
  return {
    client: 'Creance',
    ...(link ? { client_url: link, links: [{ href: link, text: 'The incident in Creance' }] } : {}),
    payload: {
      summary: oneLine(event.summary, 1024),
      source: oneLine([place.cluster, place.namespace, place.pod ?? place.workload ?? place.node].filter(Boolean).join('/'), 255),
      severity: SEVERITIES[severity.number],
      timestamp: times.first,
      component: oneLine(place.workload ?? event.subject.name, 255),
      group: oneLine(place.namespace ?? place.cluster, 255),
      class: oneLine(correlations[0] ?? rules[0] ?? event.title, 255),
      custom_details: {
        ...Object.fromEntries(factsOf(event)),
        news: linesWithin(lines, 3000),
        evidence: linesWithin(evidenceLines(event), 6000),
        actions: linesWithin(actionLines(event), 6000),
      },
    },
  }
}

import type { IncidentEvent } from './incident-event.ts'
import { actionWords, statusWords } from './news.ts'
import { oneLine } from './text.ts'

/** What people look at first, as names and one-line values. */
export function factsOf(event: IncidentEvent): readonly (readonly [string, string])[] {
  const { severity, place, counts, times, mitre, link } = event
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Severity', severity.name],
    ['Status', statusWords(event).slice('Status: '.length)],
    ['Cluster', place.cluster],
    ['Namespace', place.namespace],
    ['Workload', place.workload],
    ['Pod', place.pod],
    ['Image', place.image],
    ['Node', place.node],
    ['User', place.user],
    ['Detections', `${counts.detections}, first ${times.first}, last ${times.last}`],
    ['MITRE ATT&CK', mitre.join(', ')],
    ['Page', link],
  ]
  return facts.flatMap(([name, value]) => (value ? [[name, oneLine(value, 300)] as const] : []))
}

/** What was seen, a line each. */
export function evidenceLines({ evidence }: IncidentEvent): readonly string[] {
  return evidence.map(({ time, rule, command, process, file, connection, user }) => {
    const details = [command ?? process, file, connection].flatMap((text) => (text ? [oneLine(text, 300)] : []))
    const as = user ? ` as ${oneLine(user, 60)}` : ''
    return `${time} ${oneLine(rule, 150)}${details.length > 0 ? `: ${details.join(' · ')}` : ''}${as}`
  })
}

export function actionLines({ actions }: IncidentEvent): readonly string[] {
  return actions.map((action) => actionWords(action).slice('Action: '.length))
}

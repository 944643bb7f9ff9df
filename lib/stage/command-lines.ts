import { silencesIn } from '../incident/silences.ts'
import { guardStop } from '../response/stop.ts'
import { incidentLine, silenceLine } from '../slack/answers.ts'
import { plain } from '../slack/text.ts'
import type { PressPorts } from './interact/ports.ts'
import { openIncidents } from './open-incidents.ts'

/** What is open, what is quiet, and whether action is allowed (mrkdwn). */
export async function statusLines(ports: PressPorts): Promise<readonly string[]> {
  const [stopped, open, silences] = await Promise.all([guardStop(ports.store), openIncidents(ports), silencesIn(ports.store)])
  const states = (['open', 'acknowledged', 'contained'] as const).map(
    (state) => `${open.incidents.filter(({ status }) => status === state).length} ${state}`,
  )
  return [
    stopped ? `🛑 ${plain(stopped.why, 500)}` : '✅ Action is allowed.',
    `Incidents: ${states.join(', ')}${open.isCut ? ' among the newest; there may be more' : ''}.`,
    `Silences that people asked for: ${silences.length}.`,
  ]
}

/** The newest that are not closed. */
export async function incidentLines(most: number, ports: PressPorts): Promise<readonly string[]> {
  const { incidents, isCut } = await openIncidents(ports)
  const lines = incidents.slice(0, most).map((incident) => incidentLine(incident, ports.link?.(incident.id)))
  const more = incidents.length - lines.length
  const rest = more > 0 ? [`… and ${more} more that are not closed`] : []
  return [
    lines.length > 0 ? '*Not closed, the newest first*' : 'No incident is open.',
    ...lines,
    ...rest,
    ...(isCut ? ['Only the newest were looked at.'] : []),
  ]
}

/** The silences that people asked for. */
export async function silenceLines({ store }: PressPorts): Promise<readonly string[]> {
  const silences = await silencesIn(store)
  if (silences.length === 0) return ['No silence that somebody asked for holds now. Those in rule files are not listed here.']
  return ['*Silences that people asked for*', ...silences.map((one) => silenceLine(one.silence))]
}

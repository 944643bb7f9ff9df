import { contentHash } from '../detection/id.ts'
import type { EventAction, IncidentEvent } from './incident-event.ts'
import type { Kept } from './template.ts'
import { oneLine } from './text.ts'

/** One thing that people want to know at once, and its words on one line. */
type News = { readonly key: string; readonly words: string }

/** What is there to tell of the event that was not told yet, and what to keep when it was. More of the same is no news. */
export function newsSince({ told = '', status }: Kept, event: IncidentEvent): { readonly lines: readonly string[]; readonly keeps: Kept } {
  const known = new Set(told.split(' '))
  const all = newsOf(event).map((one) => ({ ...one, mark: contentHash(one.key, 6) }))
  const fresh = all.filter(({ mark }) => !known.has(mark))
  const lines = [...(status === event.status ? [] : [statusWords(event)]), ...fresh.map(({ words }) => words)]
  const marks = [...(told === '' ? [] : told.split(' ')), ...fresh.map(({ mark }) => mark)].slice(-MOST_TOLD)
  return { lines, keeps: { told: marks.join(' '), status: event.status } }
}

const MOST_TOLD = 300

function newsOf({ severity, correlations, actions }: IncidentEvent): readonly News[] {
  return [
    { key: `severity ${severity.number}`, words: `Severity: ${severity.name}` },
    ...correlations.map((title) => ({ key: `correlation ${title}`, words: `Correlation: ${oneLine(title, 200)}` })),
    ...actions.map((action) => ({ key: `action ${action.id} ${action.state}`, words: actionWords(action) })),
  ]
}

export function statusWords({ status, acknowledged, closed }: IncidentEvent): string {
  if (status === 'acknowledged' && acknowledged) return `Status: acknowledged by ${oneLine(acknowledged.by, 100)}`
  if (status !== 'closed' || !closed) return `Status: ${status}`
  return `Status: closed${closed.by ? ` by ${oneLine(closed.by, 100)}` : ''}${closed.why ? `: ${oneLine(closed.why, 300)}` : ''}`
}

export function actionWords({ action, state, why, guard, by, target }: EventAction): string {
  const outcome = `${state.replace('_', ' ')}${guard ? ` by ${oneLine(guard, 60)}` : ''}`
  const who = by.kind === 'response' ? `response “${oneLine(by.name, 120)}”` : oneLine(by.name, 100)
  const what = `${oneLine(action, 60)} of ${oneLine(`${target.namespace}/${target.pod}`, 200)}`
  return `Action: ${what}: ${outcome}, wanted by ${who}${why ? `: ${oneLine(why, 250)}` : ''}`
}

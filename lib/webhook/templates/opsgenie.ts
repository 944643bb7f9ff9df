import { contentId } from '../../detection/id.ts'
import type { SettingsOf } from '../../route/webhook.ts'
import { actionLines, evidenceLines, factsOf } from '../describe.ts'
import type { IncidentEvent } from '../incident-event.ts'
import { newsSince } from '../news.ts'
import { below, jsonRequest, type Situation, type Step, type Template } from '../template.ts'
import { clip, linesWithin, oneLine } from '../text.ts'

type Now = Situation<SettingsOf<'opsgenie'>>
const PRIORITIES = ['P5', 'P5', 'P4', 'P3', 'P2', 'P1'] as const
/** Requests are worked off after they are answered. */
const SHOWN_AFTER_SECONDS = 15

/** An alert of Opsgenie's by its alias: created, its priority raised, noted on, acknowledged, closed. Within its limits: message 130 characters, alias 512,
 *  description 15,000, tags 20 of 50, details 8,000 together, note 25,000. Source: Opsgenie, Alert API. */
export const opsgenie: Template<SettingsOf<'opsgenie'>> = (now) => {
  const { event, kept } = now
  if (event.status === 'closed') {
    if (kept.tried === undefined || kept.alert === 'closed') return undefined
    return step(now, 'close', { keeps: { alert: 'closed', status: 'closed' }, body: signedBy(closing(event)) })
  }
  if (kept.alert !== 'open' && kept.alert !== 'acknowledged') return create(now)
  const priority = PRIORITIES[event.severity.number]
  if (kept.priority !== priority) return step(now, 'priority', { method: 'PUT', keeps: { priority }, body: { priority } })
  if (event.status === 'acknowledged' && kept.alert === 'open')
    return step(now, 'acknowledge', {
      keeps: { alert: 'acknowledged', status: event.status },
      body: signedBy(`Acknowledged by ${event.acknowledged?.by ?? 'somebody'}`),
    })
  return note(now)
}

function create(now: Now): Step {
  const { event, settings, kept } = now
  const priority = PRIORITIES[event.severity.number]
  const facts = factsOf(event).filter(([name]) => name !== 'Page')
  const body = {
    message: oneLine(event.summary, 130),
    alias: aliasOf(event),
    description: clip(
      [
        ...(event.link ? [event.link, ''] : []),
        'What was seen',
        linesWithin(evidenceLines(event), 9000),
        '',
        'What was done',
        linesWithin(actionLines(event), 4500),
      ].join('\n'),
      15_000,
    ),
    responders: settings.responders,
    tags: ['creance', event.severity.name, ...event.mitre.map((id) => oneLine(id, 50)), ...settings.tags].slice(0, 20),
    details: Object.fromEntries(facts.map(([name, value]) => [name, clip(value, 400)])),
    entity: clip(event.subject.name, 512),
    source: oneLine(`creance ${event.place.cluster}`, 100),
    priority,
  }
  const keeps = { ...newsSince({}, event).keeps, alert: 'open', priority }
  return {
    name: 'create',
    id: contentId(event.id, 'create', kept.alert ?? ''),
    said: 'created',
    request: jsonRequest('POST', below(now.url, '/v2/alerts'), body, authorized(now)),
    tries: { tried: 'yes' },
    keeps,
  }
}

/** A note has nothing that makes it the same when it is sent again: it ends with a mark that is looked for. */
function note(now: Now): Step | undefined {
  const { event, kept } = now
  const { lines, keeps } = newsSince(kept, event)
  if (lines.length === 0) return undefined
  const id = contentId(event.id, 'note', lines, kept.told ?? '')
  const made = step(now, 'notes', { keeps, body: signedBy(`${linesWithin(lines, 20_000)}\n${markOf(id)}`), id })
  const request = jsonGet(below(now.url, pathOf(event, 'notes'), { identifierType: 'alias', limit: '20', order: 'desc' }), now)
  return {
    ...made,
    find: {
      request,
      when: 'unsure',
      afterSeconds: SHOWN_AFTER_SECONDS,
      found: ({ body }, begun) => (body.includes(markOf(begun)) ? {} : undefined),
    },
  }
}

type Making = { readonly method?: 'PUT'; readonly keeps: Step['keeps']; readonly body: unknown; readonly id?: string }

function step(now: Now, what: string, { method, keeps, body, id }: Making): Step {
  const { event, kept, url } = now
  const request = jsonRequest(method ?? 'POST', below(url, pathOf(event, what), { identifierType: 'alias' }), body, authorized(now))
  const said = what === 'close' ? 'closed' : what === 'acknowledge' ? 'acknowledged' : undefined
  return { name: what, id: id ?? contentId(event.id, what, body, kept.alert ?? ''), request, keeps, ...(said ? { said } : {}) }
}

function jsonGet(url: string, now: Now): Step['request'] {
  return { method: 'GET', url, headers: { accept: 'application/json', ...authorized(now) } }
}

function closing({ closed }: IncidentEvent): string {
  return `Closed${closed?.by ? ` by ${closed.by}` : ''}${closed?.why ? `: ${closed.why}` : ''}`
}

function signedBy(note: string) {
  return { source: 'creance', user: 'Creance', note: clip(note, 25_000) }
}

function markOf(id: string): string {
  return `[creance ${id.slice(0, 16)}]`
}

function aliasOf({ id }: IncidentEvent): string {
  return `creance-${id.slice(0, 200)}`
}

function pathOf(event: IncidentEvent, what: string): string {
  return `/v2/alerts/${encodeURIComponent(aliasOf(event))}/${what}`
}

function authorized({ secret }: Now): Readonly<Record<string, string>> {
  return { authorization: `GenieKey ${secret}` }
}

import * as z from 'zod'
import { contentId } from '../../detection/id.ts'
import type { SettingsOf } from '../../route/webhook.ts'
import { actionLines, evidenceLines, factsOf } from '../describe.ts'
import { newsSince } from '../news.ts'
import { below, jsonOf, jsonRequest, type Situation, type Step, type Template } from '../template.ts'
import { linesWithin, oneLine } from '../text.ts'
import { type AdfNode, bullets, codeBlock, document, heading, link } from './adf.ts'

type Now = Situation<SettingsOf<'jira'>>
/** Search shows a new issue after a moment. */
const SHOWN_AFTER_SECONDS = 45

const Created = z.object({ key: z.string().regex(/^[A-Z][A-Z0-9_]{1,99}-\d{1,19}$/) })
const Found = z.object({ issues: z.array(Created) })
const Transitions = z.object({ transitions: z.array(z.object({ id: z.string() })) })

/** An issue in Jira Cloud: created, commented on what people want to know at once, moved when the status changes. Jira knows nothing like an idempotency key: an issue
 *  is found again by a label of its own, a comment by a property. Within its limits: summary 255 characters on one line, labels without spaces, texts 32,767.
 *  Source: Jira Cloud REST API v3, issues, issue search (`/search/jql`), comments, and the Atlassian Document Format. */
export const jira: Template<SettingsOf<'jira'>> = (now) => {
  const { key } = now.kept
  return key === undefined ? create(now) : (comment(now, key) ?? transition(now, key))
}

function create(now: Now): Step {
  const { event, settings, route } = now
  const label = `creance-${contentId(event.id, route).slice(0, 32)}`
  const priority = settings.priorities?.[event.severity.name]
  const fields = {
    project: { key: settings.project },
    issuetype: { name: settings.issue_type },
    summary: oneLine(event.summary, 255),
    description: document([
      ...bullets(factsOf(event).flatMap(([name, value]) => (name === 'Page' ? [] : [`${name}: ${value}`]))),
      ...(event.link ? [link('The incident in Creance', event.link)] : []),
      ...list('What was seen', evidenceLines(event), 12_000),
      ...list('What was done', actionLines(event), 6000),
    ]),
    labels: [...new Set(['creance', label, ...settings.labels])],
    ...(priority ? { priority: { name: priority } } : {}),
  }
  const jql = `project = "${settings.project}" AND labels = "${label}" ORDER BY created ASC`
  return {
    name: 'create',
    id: contentId(event.id, route, 'create'),
    said: 'issue created',
    request: jsonRequest('POST', below(now.url, '/rest/api/3/issue'), { fields }, authorized(now)),
    keeps: { ...newsSince({}, event).keeps, moved: 'open' },
    read: (answer) => Created.safeParse(jsonOf(answer)).data,
    find: {
      request: get(now, '/rest/api/3/search/jql', { jql, fields: 'created', maxResults: '1' }),
      when: 'unsure',
      afterSeconds: SHOWN_AFTER_SECONDS,
      found: (answer) => Found.safeParse(jsonOf(answer)).data?.issues[0],
    },
  }
}

function comment(now: Now, key: string): Step | undefined {
  const { event, kept } = now
  const { lines, keeps } = newsSince(kept, event)
  if (lines.length === 0) return undefined
  const id = contentId(event.id, 'comment', lines, kept.told ?? '')
  const shown = linesWithin(lines, 12_000).split('\n')
  const body = { body: document(bullets(shown)), properties: [{ key: 'creance', value: { id } }] }
  const path = `/rest/api/3/issue/${key}/comment`
  return {
    name: 'comment',
    id,
    request: jsonRequest('POST', below(now.url, path), body, authorized(now)),
    keeps,
    find: {
      request: get(now, path, { orderBy: '-created', maxResults: '20', expand: 'properties' }),
      when: 'unsure',
      found: (answer, begun) => (answer.body.includes(begun) ? {} : undefined),
    },
  }
}

/** Where it cannot be moved by this transition, it was moved already: by the request whose answer got lost, or by a person. */
function transition(now: Now, key: string): Step | undefined {
  const { event, kept, settings } = now
  const id = settings.transitions[event.status]
  if (kept.moved === event.status || id === undefined) return undefined
  const path = `/rest/api/3/issue/${key}/transitions`
  const keeps = { moved: event.status }
  return {
    name: 'transition',
    id: contentId(event.id, 'transition', event.status, kept.moved ?? ''),
    said: `issue ${event.status}`,
    request: jsonRequest('POST', below(now.url, path), { transition: { id } }, authorized(now)),
    keeps,
    find: {
      request: get(now, path),
      when: 'always',
      found: (answer) => {
        const possible = Transitions.safeParse(jsonOf(answer)).data?.transitions
        return possible === undefined || possible.some((one) => one.id === id) ? undefined : keeps
      },
    },
  }
}

function list(title: string, lines: readonly string[], max: number): readonly AdfNode[] {
  return lines.length === 0 ? [] : [heading(title), codeBlock(linesWithin(lines, max))]
}

function get(now: Now, path: string, query: Readonly<Record<string, string>> = {}): Step['request'] {
  return { method: 'GET', url: below(now.url, path, query), headers: { accept: 'application/json', ...authorized(now) } }
}

function authorized({ settings, secret }: Now): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${settings.email}:${secret}`).toString('base64')}` }
}

import { CodedError, messageOf } from '../error.ts'
import type { Log } from '../port/log.ts'
import type { Store } from '../port/store.ts'
import { PAGE_HEADERS } from './headers.ts'
import { incidentPage } from './incident-page.ts'
import { LINK, openedUntil, type PageKeys, type Scope, signLink } from './link.ts'
import { listPage } from './list-page.ts'
import { ListQuery, readQuery } from './list-query.ts'
import { PROBLEMS } from './problem-page.ts'
import { readList } from './read-list.ts'
import { loadStory } from './story.ts'
import type { Html } from './text.ts'

/** `path`: it ends in `/incidents` or `/incidents/ID`, whatever is before; `query`: as in the address, without the question mark. */
export type PageRequest = { readonly path: string; readonly query: string; readonly nowMs: number }
export type PageAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
/** `open`: whoever asks is shown everything, for loopback alone. `signed`: a link is needed. */
export type PageAccess = { readonly kind: 'open' } | { readonly kind: 'signed'; readonly keys: PageKeys }
export type PagePorts = { readonly store: Store; readonly access: PageAccess; readonly log: Log }

const MAX_QUERY = 2000
const LIST_NAMES = ['status', 'severity', 'before']

/** Answers one GET: the list, one incident, or why not. Reads only. Without a link that opens it nothing is read, and what is said does not tell whether
 *  there is such an incident. Never throws for what the store does, and never logs an address. */
export async function respondPage({ path, query, nowMs }: PageRequest, { store, access, log }: PagePorts): Promise<PageAnswer> {
  const scope = scopeOf(path)
  const parameters = new URLSearchParams(query.length > MAX_QUERY ? '' : query)
  const opened = scope && open(scope, parameters, access, nowMs)
  if (access.kind === 'signed' && !opened) return page(403, PROBLEMS.forbidden(nowMs))
  if (!scope || !opened) return page(404, PROBLEMS.notFound(nowMs))
  if (query.length > MAX_QUERY)
    return page(400, PROBLEMS.wrongQuestion(nowMs, `expected at most ${MAX_QUERY} characters after the question mark`))
  try {
    return scope.kind === 'list'
      ? await answerList(parameters, opened, { store, nowMs })
      : await answerIncident(scope.id, opened, { store, nowMs })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    log.error('page failed', { page: scope.kind, code: error.code, why: messageOf(error) })
    return error.code === 'invalid_input' ? page(500, PROBLEMS.unreadable(nowMs)) : page(503, PROBLEMS.unavailable(nowMs))
  }
}

/** With what the page was opened: undefined where nothing is needed. */
type Opened = { readonly link: { readonly token: string; readonly until: number; readonly keys: PageKeys } | undefined }

function open(scope: Scope, parameters: URLSearchParams, access: PageAccess, nowMs: number): Opened | undefined {
  if (access.kind === 'open') return { link: undefined }
  const [token, ...others] = parameters.getAll(LINK)
  const { keys } = access
  const until = token === undefined || others.length > 0 ? undefined : openedUntil(token, scope, { keys, nowMs })
  return token === undefined || until === undefined ? undefined : { link: { token, until, keys } }
}

type Reading = { readonly store: Store; readonly nowMs: number }

async function answerList(parameters: URLSearchParams, { link }: Opened, { store, nowMs }: Reading): Promise<PageAnswer> {
  const asked = readQuery(parameters, ListQuery, LIST_NAMES)
  if (asked.kind === 'wrong') return page(400, PROBLEMS.wrongQuestion(nowMs, asked.why))
  const list = await readList(store, asked.value, nowMs)
  const linkOf = (id: string) => (link ? `?${LINK}=${signLink({ kind: 'incident', id }, link.until, link.keys)}` : '')
  return page(200, listPage(list, asked.value, { nowMs, token: link?.token, linkOf }))
}

async function answerIncident(id: string, { link }: Opened, { store, nowMs }: Reading): Promise<PageAnswer> {
  const story = await loadStory(store, id)
  return story ? page(200, incidentPage(story, { nowMs, isOpen: link === undefined })) : page(404, PROBLEMS.notFound(nowMs))
}

/** Which page a path is of. */
function scopeOf(path: string): Scope | undefined {
  if (path.endsWith('/incidents')) return { kind: 'list' }
  const id = /\/incidents\/([\w-]{1,64})$/.exec(path)?.[1]
  return id === undefined ? undefined : { kind: 'incident', id }
}

async function page(status: number, body: Html): Promise<PageAnswer> {
  return { status, headers: PAGE_HEADERS, body: String(await body) }
}

import { contentId } from '../detection/id.ts'
import type { HttpAnswer, HttpRequest } from '../port/http.ts'
import type { IncidentEvent } from './incident-event.ts'

/** What is kept of what was told before: short texts by name. */
export type Kept = Readonly<Record<string, string>>

/** What a template decides from. `secret`: the text of the webhook's secret, '' where there is none. `nowMs`: Unix milliseconds. */
export type Situation<Settings> = {
  readonly event: IncidentEvent
  readonly kept: Kept
  readonly settings: Settings
  readonly url: string
  readonly secret: string
  readonly route: string
  readonly nowMs: number
}

/** How to learn whether a request whose answer got lost had arrived. `afterSeconds`: the other side may not show it sooner. `found`: what to keep where it
 *  did (`begunId`: the id of the step that was begun); undefined where it did not. `when`: `always` also before the first try. */
export type Find = {
  readonly request: HttpRequest
  readonly when: 'unsure' | 'always'
  readonly afterSeconds?: number
  readonly found: (answer: HttpAnswer, begunId: string) => Kept | undefined
}

/** One request, and what to keep once it was taken: `keeps`, and what `read` finds in the answer (undefined: that is no answer of this API).
 *  `id` is a function of what is told, so that the receiver can tell the same thing sent again. `tries`: to be kept where it may have been taken. */
export type Step = {
  readonly name: string
  readonly id: string
  /** For the journal; none for what is only more of the same. */
  readonly said?: string
  readonly request: HttpRequest
  readonly keeps: Kept
  readonly tries?: Kept
  readonly read?: (answer: HttpAnswer) => Kept | undefined
  readonly find?: Find
}

/** The next request that brings the other side up to date; undefined when it is. Pure: called again with what was kept, until there is none. */
export type Template<Settings> = (now: Situation<Settings>) => Step | undefined

/** What of an event is shown: not when it was looked at, nor a link that may be new each time. */
export function shownId({ link: _link, times: { updated: _updated, ...times }, ...event }: IncidentEvent): string {
  return contentId({ ...event, times })
}

/** A JSON request. The length of no text in it can move a boundary: it is one JSON value. */
export function jsonRequest(method: HttpRequest['method'], url: string, body: unknown, headers: HttpRequest['headers'] = {}): HttpRequest {
  return {
    method,
    url,
    headers: { accept: 'application/json', 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

/** The path below the base, which may have a path and a query of its own. */
export function below(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/** The JSON of an answer; undefined where it is none. */
export function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** One request to somebody else's HTTP API. `body` is text; `headers` have no secret in a log. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What was answered: any status; the body's first 64 KiB. */
export type HttpAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/** Sends it, once, within 10 s, and follows no redirect. Throws CodedError `unavailable` where there is no answer. A status is no error here. */
export type HttpSender = (request: HttpRequest) => Promise<HttpAnswer>

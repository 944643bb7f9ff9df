import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a request is met: as the API does; refused for a while; failed before or after it was processed; never answered, processed or not; processed, and the answer lost. */
export type Fault = 'fine' | 'throttle' | 'busy' | 'fail' | 'fail after' | 'hang' | 'hang after' | 'lose' | 'reset'
export const FAULTS: readonly Fault[] = ['fine', 'throttle', 'busy', 'fail', 'fail after', 'hang', 'hang after', 'lose', 'reset']

export type Seen = { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders; readonly body: string }
export type Reply = { readonly status: number; readonly json?: unknown; readonly headers?: Record<string, string> }
export type Api = (seen: Seen) => Reply

/** A server on loopback that meets its requests with these faults, one each, then with none. */
export async function startReceiver(api: Api) {
  const seen: Seen[] = []
  let faults: readonly Fault[] = []
  const server = createServer((request, answer) => {
    read(request).then((body) => {
      const one = { method: request.method ?? '', url: new URL(request.url ?? '/', 'http://x'), headers: request.headers, body }
      seen.push(one)
      const [fault = 'fine', ...rest] = faults
      faults = rest
      meet(fault, () => api(one), answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop,
    meetWith: (next: readonly Fault[]) => {
      faults = next
    },
    isWithoutFaults: () => faults.length === 0,
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>

const UNPROCESSED: Readonly<Partial<Record<Fault, Reply>>> = {
  throttle: { status: 429, headers: { 'retry-after': '7' } },
  busy: { status: 503, headers: { 'retry-after': '9' } },
  fail: { status: 500 },
}

function meet(fault: Fault, process: () => Reply, answer: ServerResponse): void {
  const refusal = UNPROCESSED[fault]
  if (refusal) send(refusal, answer)
  else if (fault === 'reset') answer.destroy()
  else if (fault !== 'hang') {
    const reply = process()
    if (fault === 'fine') send(reply, answer)
    if (fault === 'fail after') send({ status: 502 }, answer)
    if (fault === 'lose') answer.destroy()
  }
}

function send({ status, json, headers = {} }: Reply, answer: ServerResponse): void {
  answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(json === undefined ? undefined : JSON.stringify(json))
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** What any API of events does: it takes each id once. */
export function eventsApi() {
  const events: { id: string; type: string; subject: string; data: { status: string } }[] = []
  const api: Api = ({ body, headers }) => {
    const event = JSON.parse(body)
    if (!events.some(({ id }) => id === headers['webhook-id'])) events.push({ ...event, id: headers['webhook-id'] })
    return { status: 202 }
  }
  return { api, events }
}

/** Jira Cloud, as far as it is used: search shows an issue 20 seconds after it was made. */
export function jiraApi(nowMs: () => number) {
  type Issue = { key: string; summary: string; labels: string[]; project: string; status: string; madeMs: number; comments: unknown[] }
  const issues: Issue[] = []
  const STATES: Record<string, string> = { '11': 'To Do', '21': 'In Progress', '31': 'Done' }
  const possible = ({ status }: Issue) => Object.keys(STATES).filter((id) => STATES[id] !== status)
  const api: Api = ({ method, url, headers, body }) => {
    if (headers.authorization !== `Basic ${Buffer.from('bot@example.com:jira-token').toString('base64')}`) return { status: 401 }
    if (method === 'POST' && url.pathname === '/rest/api/3/issue') {
      const { fields } = JSON.parse(body)
      const wrong = fields.summary.length > 255 || /[\r\n]/.test(fields.summary) || fields.labels.some((one: string) => /\s/.test(one))
      if (wrong || fields.description.type !== 'doc') return { status: 400, json: { errorMessages: ['wrong'], errors: {} } }
      const key = `${fields.project.key}-${issues.length + 1}`
      issues.push({
        key,
        summary: fields.summary,
        labels: fields.labels,
        project: fields.project.key,
        status: 'To Do',
        madeMs: nowMs(),
        comments: [],
      })
      return { status: 201, json: { id: '1', key } }
    }
    if (url.pathname === '/rest/api/3/search/jql') {
      const [, project, label] =
        /^project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC$/.exec(url.searchParams.get('jql') ?? '') ?? []
      const found = issues.filter((one) => one.project === project && label && one.labels.includes(label) && nowMs() >= one.madeMs + 20_000)
      return { status: 200, json: { issues: found.map(({ key }) => ({ id: '1', key })), isLast: true } }
    }
    const [, key, what] = /^\/rest\/api\/3\/issue\/([\w-]+)\/(\w+)$/.exec(url.pathname) ?? []
    const issue = issues.find((one) => one.key === key)
    if (!issue) return { status: 404 }
    if (what === 'comment' && method === 'GET') return { status: 200, json: { comments: issue.comments.toReversed() } }
    if (what === 'comment') {
      issue.comments.push(JSON.parse(body))
      return { status: 201, json: { id: '1' } }
    }
    if (method === 'GET') return { status: 200, json: { transitions: possible(issue).map((id) => ({ id, name: STATES[id] })) } }
    const { id } = JSON.parse(body).transition
    if (!possible(issue).includes(id))
      return { status: 400, json: { errorMessages: ['It seems that you have tried to perform a workflow operation that is not valid'] } }
    issue.status = STATES[id] ?? ''
    return { status: 204 }
  }
  return { api, issues }
}

export function pagerdutyApi() {
  const alerts: { key: string; state: string; summary: string; severity: string }[] = []
  const api: Api = ({ body }) => {
    const { routing_key, event_action, dedup_key, payload } = JSON.parse(body)
    if (routing_key.length !== 32 || dedup_key.length > 255)
      return { status: 400, json: { status: 'invalid event', errors: ['wrong key'] } }
    const open = alerts.find(({ key, state }) => key === dedup_key && state !== 'resolved')
    if (event_action === 'trigger') {
      if (payload.summary.length > 1024 || Buffer.byteLength(body) > 512_000) return { status: 400 }
      if (!open) alerts.push({ key: dedup_key, state: 'triggered', summary: payload.summary, severity: payload.severity })
      else Object.assign(open, { summary: payload.summary, severity: payload.severity })
    } else if (open) open.state = event_action === 'resolve' ? 'resolved' : 'acknowledged'
    return { status: 202, json: { status: 'success', dedup_key } }
  }
  return { api, alerts }
}

export function opsgenieApi() {
  const alerts: { alias: string; state: string; priority: string; notes: string[] }[] = []
  const api: Api = ({ method, url, headers, body }) => {
    if (headers.authorization !== 'GenieKey opsgenie-key') return { status: 401, json: { message: 'Could not authenticate' } }
    const request = body === '' ? {} : JSON.parse(body)
    if (url.pathname === '/v2/alerts') {
      const { message, alias, description, tags, details, entity } = request
      const isWrong =
        message.length > 130 ||
        alias.length > 512 ||
        description.length > 15_000 ||
        tags.length > 20 ||
        entity.length > 512 ||
        JSON.stringify(details).length > 8000
      if (isWrong || tags.some((tag: string) => tag.length > 50))
        return { status: 422, json: { message: 'Request body is not processable' } }
      if (!alerts.some((one) => one.alias === alias && one.state !== 'closed'))
        alerts.push({ alias, state: 'open', priority: request.priority, notes: [] })
      return { status: 202, json: { result: 'Request will be processed' } }
    }
    const [, alias, what] = /^\/v2\/alerts\/([\w-]+)\/(\w+)$/.exec(url.pathname) ?? []
    const alert = alerts.findLast((one) => one.alias === alias)
    if (!alert || url.searchParams.get('identifierType') !== 'alias') return { status: 202 }
    if (method === 'GET') return { status: 200, json: { data: alert.notes.map((note) => ({ note })) } }
    if (what === 'notes') alert.notes.push(request.note)
    if (what === 'priority') alert.priority = request.priority
    if (what === 'close') alert.state = 'closed'
    if (what === 'acknowledge') alert.state = 'acknowledged'
    return { status: 202, json: { result: 'Request will be processed' } }
  }
  return { api, alerts }
}

/** Alertmanager: an alert is its labels; it fires until its end. */
export function alertmanagerApi(nowMs: () => number) {
  const alerts = new Map<string, { labels: Record<string, string>; startsAt: string; endsAt: string }>()
  const api: Api = ({ body }) => {
    const posted: { labels: Record<string, string>; startsAt: string; endsAt: string }[] = JSON.parse(body)
    const isWrong = posted.some(
      ({ labels, startsAt, endsAt }) =>
        !labels.alertname || Date.parse(startsAt) > Date.parse(endsAt) || Object.values(labels).includes(''),
    )
    if (isWrong) return { status: 400, json: 'start time must be before end time' }
    for (const alert of posted) alerts.set(JSON.stringify(Object.entries(alert.labels).sort()), alert)
    return { status: 200 }
  }
  const firing = () => [...alerts.values()].filter(({ endsAt }) => Date.parse(endsAt) > nowMs())
  return { api, alerts, firing }
}

/** A Teams workflow: what is posted stands. */
export function teamsApi() {
  const cards: string[] = []
  const api: Api = ({ body, headers }) => {
    if (body.length * 2 > 28 * 1024) return { status: 413 }
    if (!/charset=utf-8/.test(headers['content-type'] ?? '')) return { status: 415 }
    cards.push(JSON.stringify(JSON.parse(body).attachments[0].content.body))
    return { status: 202 }
  }
  return { api, cards }
}

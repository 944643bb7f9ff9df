import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import type { Health } from '../health.ts'
import type { Intake } from '../intake/intake.ts'
import type { Refusal, RefusalReason } from '../intake/judge.ts'
import type { Metrics } from '../metrics.ts'
import { type Senders, whyNotAllowed } from './auth.ts'
import { bodyReader } from './body.ts'
import { limitConnections } from './connections.ts'
import { splitBody } from './split.ts'

export type ServerPorts = { readonly intake: Intake; readonly health: Health; readonly metrics: Metrics }
/** `filesOnly`: nobody may post alerts. */
export type ServerOptions = { readonly senders: Senders; readonly tls?: TlsOptions | undefined; readonly filesOnly?: boolean }

const TIMEOUTS = { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000, maxHeaderSize: 16 * 1024 }
const STATUS: Readonly<Record<RefusalReason, number>> = {
  not_json: 400,
  unknown_shape: 400,
  malformed: 400,
  bad_encoding: 415,
  too_large: 413,
  unauthenticated: 401,
  from_a_browser: 403,
  busy: 503,
  spool_full: 503,
  storage_failed: 503,
}
/** So many refusals of one body are spelled out. */
const TOLD_MAX = 20

/** The HTTP server that agents post their alerts to: `POST /` (or `/<secret>`), answered 2xx only when every alert of the request is kept or is
 *  no detection; else with a JSON error that names the reason. Beside it `GET /ping`, `/healthz`, `/readyz`, `/metrics`, for anybody. */
export function forwarderServer({ intake, health, metrics }: ServerPorts, { senders, tls, filesOnly = false }: ServerOptions): Server {
  const readBody = bodyReader()

  const takeAlerts = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const browser = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
    if (browser) return refuse(response, { reason: 'from_a_browser', error: 'this address is for agents, not for web pages' }, '')
    const notAllowed = filesOnly ? 'this forwarder takes alerts from files alone' : whyNotAllowed(request, senders)
    if (notAllowed) return refuse(response, { reason: 'unauthenticated', error: notAllowed }, '')
    const body = await readBody(request)
    const started = performance.now()
    if ('reason' in body) return refuse(response, body, body.head)
    const texts = splitBody(body.text)
    if (!texts) return refuse(response, { reason: 'too_large', error: 'more than 10,000 alerts in one request' }, body.text)
    const { kept, dropped, refused } = await intake.take(texts, { from: request.socket.remoteAddress })
    const status = Math.max(200, ...refused.map(({ reason }) => STATUS[reason]))
    const [first] = refused
    const problems = first && {
      error: first.error,
      reason: first.reason,
      ...(texts.length > 1 ? { refused: refused.slice(0, TOLD_MAX) } : {}),
    }
    answer(response, status, { ...problems, kept, ...(dropped > 0 ? { dropped } : {}) })
    metrics.answered((performance.now() - started) / 1000)
  }

  const refuse = (response: ServerResponse, { reason, error }: Refusal, head: string | Buffer): void => {
    intake.refuse({ reason, error }, head, response.req.socket.remoteAddress)
    response.shouldKeepAlive = false // what is left of the request is not read
    answer(response, STATUS[reason], { error, reason })
  }

  const answer = (response: ServerResponse, status: number, body: object): void => {
    if (health.isDraining()) response.shouldKeepAlive = false // an agent that comes again is led to another forwarder
    send(response, status, 'application/json', JSON.stringify(body))
  }

  const pages: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    '/ping': (response) => answer(response, 200, { status: 'ok' }),
    '/healthz': (response) => {
      const { problems, warnings } = health.report()
      const unhealthy = problems.length > 0
      answer(response, unhealthy ? 503 : 200, {
        status: unhealthy ? 'unhealthy' : 'ok',
        ...(unhealthy ? { problems } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
      })
    },
    '/readyz': (response) => {
      const why = health.whyNotReady()
      answer(response, why ? 503 : 200, why ? { status: 'not ready', why } : { status: 'ready' })
    },
    '/metrics': async (response) => send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics.text()),
  }

  const listener: RequestListener = (request, response) => {
    const page = request.method === 'POST' ? undefined : pages[request.url?.split('?')[0] ?? '']
    const work = async () => {
      if (page && (request.method === 'GET' || request.method === 'HEAD')) await page(response)
      else if (request.method === 'POST') await takeAlerts(request, response)
      else
        answer(response, 405, { error: 'alerts are taken at POST /; GET /ping, /healthz, /readyz and /metrics tell how this forwarder is' })
    }
    work().catch(() => response.destroy()) // the sender broke off
  }

  const server = tls ? createHttpsServer({ ...TIMEOUTS, ...tls }, listener) : createHttpServer(TIMEOUTS, listener)
  limitConnections(server)
  return server
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
}

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
import { sendJson, statusPages } from './pages.ts'
import { splitBody } from './split.ts'

export type ServerPorts = { readonly intake: Intake; readonly health: Health; readonly metrics: Metrics }
/** `filesOnly`: nobody may post alerts. */
export type ServerOptions = { readonly senders: Senders; readonly tls?: TlsOptions | undefined; readonly filesOnly?: boolean }

const TIMEOUTS = {
  requestTimeout: 10_000,
  headersTimeout: 5_000,
  handshakeTimeout: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
}
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
  const showPage = statusPages({ health, metrics })

  const takeAlerts = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const browser = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
    if (browser) return refuse(response, { reason: 'from_a_browser', error: 'this address is for agents, not for web pages' })
    const notAllowed = filesOnly ? 'this forwarder takes alerts from files alone' : whyNotAllowed(request, senders)
    if (notAllowed) return refuse(response, { reason: 'unauthenticated', error: notAllowed })
    connections.prove(request.socket)
    const body = await readBody(request)
    try {
      if ('reason' in body) return refuse(response, body, body.head)
      await takeBody(body.text, response)
    } finally {
      body.release()
    }
  }

  const takeBody = async (text: string, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    const texts = splitBody(text)
    if (!texts) return refuse(response, { reason: 'too_large', error: 'more than 10,000 alerts in one request' }, text)
    const { kept, dropped, refused } = await intake.take(texts, { from: response.req.socket.remoteAddress })
    const [first] = refused
    const problems = first && {
      error: first.error,
      reason: first.reason,
      ...(texts.length > 1 ? { refused: refused.slice(0, TOLD_MAX) } : {}),
    }
    answer(response, worstStatus(refused), { ...problems, kept, ...(dropped > 0 ? { dropped } : {}) })
    metrics.answered((performance.now() - started) / 1000)
  }

  const refuse = (response: ServerResponse, { reason, error }: Refusal, head?: string | Buffer): void => {
    intake.refuse({ reason, error }, { head, from: response.req.socket.remoteAddress })
    response.shouldKeepAlive = false // what is left of the request is not read
    answer(response, STATUS[reason], { error, reason })
  }

  const answer = (response: ServerResponse, status: number, body: object): void => {
    if (health.isDraining()) response.shouldKeepAlive = false // an agent that comes again is led to another forwarder
    sendJson(response, status, body)
  }

  const listener: RequestListener = (request, response) => {
    const work = request.method === 'POST' ? takeAlerts(request, response) : showPage(request, response)
    work.catch(() => response.destroy()) // the sender broke off
  }

  const server = tls ? createHttpsServer({ ...TIMEOUTS, ...tls }, listener) : createHttpServer(TIMEOUTS, listener)
  const connections = limitConnections(server)
  return server
}

function worstStatus(refused: readonly Refusal[]): number {
  return Math.max(200, ...refused.map(({ reason }) => STATUS[reason]))
}
